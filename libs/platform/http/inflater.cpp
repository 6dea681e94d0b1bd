#include "platform/http/inflater.hpp"

#include <zlib.h>

#include <array>
#include <new>

namespace zhida::http {

struct Inflater::State {
  z_stream stream{};
  bool ended = false;
  std::array<char, 64 * 1024> plain;
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  constexpr int largest_window_either_format = 15 + 32;
  if (inflateInit2(&state_->stream, largest_window_either_format) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&state_->stream); }

bool Inflater::complete() const { return state_->ended; }

boost::system::result<std::string_view> Inflater::next(std::string_view& packed) {
  z_stream& stream = state_->stream;
  for (;;) {
    if (state_->ended) {
      if (packed.empty()) return std::string_view();
      if (inflateReset(&stream) != Z_OK) return Error::malformed_encoding;
      state_->ended = false;
    }
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // zlib only reads it
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(state_->plain.data());
    stream.avail_out = static_cast<uInt>(state_->plain.size());
    const int outcome = inflate(&stream, Z_NO_FLUSH);
    const std::size_t made = state_->plain.size() - stream.avail_out;
    packed.remove_prefix(packed.size() - stream.avail_in);
    if (outcome == Z_STREAM_END)
      state_->ended = true;
    else if (outcome != Z_OK && outcome != Z_BUF_ERROR)
      return Error::malformed_encoding;
    if (made > 0) return std::string_view(state_->plain.data(), made);
    if (packed.empty()) return std::string_view();
    if (outcome == Z_BUF_ERROR) return Error::malformed_encoding;
  }
}

}  // namespace zhida::http
