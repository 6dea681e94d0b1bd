#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace zhida::observe {

/// A W3C trace context: which request of which user action this work belongs to. Random ids; says nothing about persons.
struct Trace {
  std::array<std::uint8_t, 16> trace_id{};
  std::array<std::uint8_t, 8> span_id{};
  std::uint8_t flags = 1;

  /// A new trace. Not for secrets: the generator is fast, not cryptographic. Thread-safe.
  static Trace make();
  /// Joins the trace of a `traceparent` header with a new span of our own; a new trace if the header is absent or invalid.
  static Trace join(std::string_view traceparent);
  /// The trace that a record's `traceparent` names, its span as it stands there; an empty one if it is absent or invalid.
  static Trace read(std::string_view traceparent);

  bool empty() const { return trace_id == std::array<std::uint8_t, 16>{}; }
  /// `00-<32 hex>-<16 hex>-<2 hex>`
  std::string traceparent() const;
  void append_traceparent(std::string& out) const;
  std::string id() const;  ///< the trace id in hex
};

}  // namespace zhida::observe
