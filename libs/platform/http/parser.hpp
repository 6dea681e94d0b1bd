#pragma once

#include "platform/http/headers.hpp"
#include "platform/http/request.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace zhida::http {

/// Parses HTTP/1 messages from bytes, without I/O: header first, then the body piece by piece, uncopied.
/// The only place that knows Beast, whose parser does the grammar.
///
/// Errors: `Error::malformed_message`, `Error::too_large` (the header, or a chunk header without end).
class MessageParser {
 public:
  enum class Kind : std::uint8_t { request, response };

  explicit MessageParser(Kind kind, std::size_t header_limit);
  ~MessageParser();
  MessageParser(MessageParser&&) noexcept;
  MessageParser& operator=(MessageParser&&) noexcept;

  /// Begins a message whose header goes to `headers`.
  void begin(Headers& headers);
  /// A response to HEAD has no body, whatever its header says. Call before any bytes are parsed.
  void expect_no_body();

  /// Takes header bytes from the front of `bytes`; false = more bytes are needed, behind those not taken.
  bool parse_header(std::string_view& bytes, boost::system::error_code& error);

  /// Takes body bytes from the front of `bytes`. A view into them if there is content; empty = done, or more bytes are needed.
  std::string_view parse_body(std::string_view& bytes, boost::system::error_code& error);
  /// The peer closed; `error` unless the message may end here.
  void end_of_input(boost::system::error_code& error);

  bool done() const;  ///< the whole message was parsed
  bool got_some() const;
  bool keep_alive() const;
  bool chunked() const;
  bool http11() const;
  std::optional<std::uint64_t> content_length() const;

  Verb verb() const;                ///< of a request
  std::string_view target() const;  ///< of a request
  unsigned status() const;          ///< of a response

 private:
  struct Base;
  template <bool is_request>
  struct Typed;
  std::unique_ptr<Base> base_;
};

}  // namespace zhida::http
