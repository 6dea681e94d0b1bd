#include "platform/observe/trace.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <random>

namespace zhida::observe {
namespace {

std::uint64_t next_random() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator();
}

template <std::size_t size>
void fill_random(std::array<std::uint8_t, size>& bytes) {
  do {
    for (std::size_t i = 0; i < size; i += 8) {
      const std::uint64_t word = next_random();
      std::memcpy(bytes.data() + i, &word, 8);
    }
  } while (std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; }));
}

/// Lower-case hex only, as the W3C demands.
template <std::size_t size>
bool read_hex(std::string_view text, std::array<std::uint8_t, size>& bytes) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::string_view pair = text.substr(2 * i, 2);
    for (const char c : pair)
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) return false;
    std::from_chars(pair.data(), pair.data() + 2, bytes[i], 16);
  }
  return std::ranges::any_of(bytes, [](std::uint8_t byte) { return byte != 0; });
}

template <std::size_t size>
void append_hex(std::string& out, const std::array<std::uint8_t, size>& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  char text[2 * size];
  for (std::size_t i = 0; i < size; ++i) {
    text[2 * i] = digits[bytes[i] >> 4];
    text[2 * i + 1] = digits[bytes[i] & 15];
  }
  out.append(text, sizeof text);
}

}  // namespace

Trace Trace::make() {
  Trace trace;
  fill_random(trace.trace_id);
  fill_random(trace.span_id);
  return trace;
}

Trace Trace::join(std::string_view header) {
  Trace trace = read(header);
  if (trace.empty()) return make();
  fill_random(trace.span_id);
  return trace;
}

Trace Trace::read(std::string_view header) {
  // version - trace id - parent id - flags; later versions may append more after a dash.
  Trace trace;
  const bool shaped = header.size() >= 55 && header[2] == '-' && header[35] == '-' && header[52] == '-';
  std::array<std::uint8_t, 1> version{}, flags{};
  const bool known = shaped && (read_hex(header.substr(0, 2), version) || header.starts_with("00")) && version[0] != 0xFF &&
                     (version[0] == 0 ? header.size() == 55 : header.size() == 55 || header[55] == '-');
  if (!known || !read_hex(header.substr(3, 32), trace.trace_id) || !read_hex(header.substr(36, 16), trace.span_id) ||
      !(read_hex(header.substr(53, 2), flags) || header.substr(53, 2) == "00"))
    return Trace();
  trace.flags = flags[0] & 1;
  return trace;
}

void Trace::append_traceparent(std::string& out) const {
  out += "00-";
  append_hex(out, trace_id);
  out += '-';
  append_hex(out, span_id);
  out += (flags & 1) != 0 ? "-01" : "-00";
}

std::string Trace::traceparent() const {
  std::string text;
  append_traceparent(text);
  return text;
}

std::string Trace::id() const {
  std::string text;
  append_hex(text, trace_id);
  return text;
}

}  // namespace zhida::observe
