#include "platform/http/parser.hpp"

#include "platform/http/exchange.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <string>

namespace zhida::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::system::error_code;
using BeastText = boost::beast::string_view;

constexpr std::size_t most_fields = 200;

std::string_view view(BeastText text) { return {text.data(), text.size()}; }

Verb verb_from(beast_http::verb verb) {
  switch (verb) {
    case beast_http::verb::get:
      return Verb::get;
    case beast_http::verb::head:
      return Verb::head;
    case beast_http::verb::post:
      return Verb::post;
    case beast_http::verb::put:
      return Verb::put;
    case beast_http::verb::patch:
      return Verb::patch;
    case beast_http::verb::delete_:
      return Verb::delete_;
    case beast_http::verb::options:
      return Verb::options;
    default:
      return Verb::other;
  }
}

/// Beast's events, kept in plain members.
template <bool is_request>
class BeastParser final : public beast_http::basic_parser<is_request> {
 public:
  explicit BeastParser(Headers& into) : headers(into) {}

  Headers& headers;
  Verb verb = Verb::other;
  std::string target;
  unsigned status = 0;
  int version = 11;
  std::string_view piece;

 private:
  void on_request_impl(beast_http::verb method, BeastText, BeastText path, int minor, error_code&) override {
    verb = verb_from(method);
    target.assign(path.data(), path.size());
    version = minor;
  }
  void on_response_impl(int code, BeastText, int minor, error_code&) override {
    status = static_cast<unsigned>(code);
    version = minor;
  }
  void on_field_impl(beast_http::field, BeastText name, BeastText value, error_code& error) override {
    if (in_body_) return;  // a trailer must not pass for a header
    if (headers.size() >= most_fields)
      error = beast_http::error::header_limit;
    else
      headers.add(view(name), view(value));
  }
  void on_header_impl(error_code&) override { in_body_ = true; }
  void on_body_init_impl(boost::optional<std::uint64_t> const&, error_code&) override {}
  std::size_t on_body_impl(BeastText body, error_code&) override {
    piece = view(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, BeastText, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastText body, error_code&) override {
    piece = view(body);
    return body.size();
  }
  void on_finish_impl(error_code&) override {}

  bool in_body_ = false;
};

}  // namespace

struct MessageParser::Base {
  explicit Base(std::size_t limit) : header_limit(limit) {}
  virtual ~Base() = default;
  virtual void begin(Headers& headers) = 0;
  virtual void expect_no_body() = 0;
  virtual bool parse_header(std::string_view& bytes, error_code& error) = 0;
  virtual std::string_view parse_body(std::string_view& bytes, error_code& error) = 0;
  virtual void end_of_input(error_code& error) = 0;
  virtual bool done() const = 0;
  virtual bool got_some() const = 0;
  virtual bool keep_alive() const = 0;
  virtual bool chunked() const = 0;
  virtual int version() const = 0;
  virtual std::optional<std::uint64_t> content_length() const = 0;
  virtual Verb verb() const = 0;
  virtual std::string_view target() const = 0;
  virtual unsigned status() const = 0;

  std::size_t header_limit;
};

template <bool is_request>
struct MessageParser::Typed final : Base {
  using Base::Base;

  void begin(Headers& headers) override {
    parser.emplace(headers);
    parser->header_limit(static_cast<std::uint32_t>(header_limit));
    parser->body_limit(boost::none);  // counted where the body goes
    parser->eager(false);
    header_bytes = 0;
  }
  void expect_no_body() override { parser->skip(true); }

  std::size_t put(std::string_view& bytes, error_code& error) {
    const std::size_t taken = parser->put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    bytes.remove_prefix(taken);
    return taken;
  }

  bool parse_header(std::string_view& bytes, error_code& error) override {
    while (!parser->is_header_done()) {
      header_bytes += put(bytes, error);
      if (error == beast_http::error::need_more) {
        // Beast limits what it has not yet taken; the sum is ours to watch.
        error = header_bytes + bytes.size() > header_limit ? make_error_code(Error::too_large) : error_code();
        return false;
      }
      if (error) {
        error = error == beast_http::error::header_limit ? Error::too_large : Error::malformed_message;
        return false;
      }
    }
    if (header_bytes > header_limit) error = Error::too_large;
    return !error;
  }

  std::string_view parse_body(std::string_view& bytes, error_code& error) override {
    parser->piece = {};
    while (!parser->is_done() && !bytes.empty()) {
      put(bytes, error);
      if (error == beast_http::error::need_more) {
        error = bytes.size() > header_limit ? make_error_code(Error::malformed_message) : error_code();
        return {};
      }
      if (error) {
        error = Error::malformed_message;
        return {};
      }
      if (!parser->piece.empty()) return parser->piece;
    }
    return {};
  }

  void end_of_input(error_code& error) override {
    if (!parser->got_some())
      error = Error::connection_lost;
    else if (!parser->is_done())
      parser->put_eof(error);
    if (error) error = Error::connection_lost;
  }

  bool done() const override { return parser->is_done(); }
  bool got_some() const override { return parser->got_some(); }
  bool keep_alive() const override { return parser->keep_alive(); }
  bool chunked() const override { return parser->chunked(); }
  int version() const override { return parser->version; }
  std::optional<std::uint64_t> content_length() const override {
    const auto length = parser->content_length();
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  }
  Verb verb() const override { return parser->verb; }
  std::string_view target() const override { return parser->target; }
  unsigned status() const override { return parser->status; }

  std::optional<BeastParser<is_request>> parser;
  std::size_t header_bytes = 0;
};

MessageParser::MessageParser(Kind kind, std::size_t header_limit) {
  if (kind == Kind::request)
    base_ = std::make_unique<Typed<true>>(header_limit);
  else
    base_ = std::make_unique<Typed<false>>(header_limit);
}
MessageParser::~MessageParser() = default;
MessageParser::MessageParser(MessageParser&&) noexcept = default;
MessageParser& MessageParser::operator=(MessageParser&&) noexcept = default;

void MessageParser::begin(Headers& headers) { base_->begin(headers); }
void MessageParser::expect_no_body() { base_->expect_no_body(); }
bool MessageParser::parse_header(std::string_view& bytes, error_code& error) { return base_->parse_header(bytes, error); }
std::string_view MessageParser::parse_body(std::string_view& bytes, error_code& error) { return base_->parse_body(bytes, error); }
void MessageParser::end_of_input(error_code& error) { base_->end_of_input(error); }
bool MessageParser::done() const { return base_->done(); }
bool MessageParser::got_some() const { return base_->got_some(); }
bool MessageParser::keep_alive() const { return base_->keep_alive(); }
bool MessageParser::chunked() const { return base_->chunked(); }
bool MessageParser::http11() const { return base_->version() == 11; }
std::optional<std::uint64_t> MessageParser::content_length() const { return base_->content_length(); }
Verb MessageParser::verb() const { return base_->verb(); }
std::string_view MessageParser::target() const { return base_->target(); }
unsigned MessageParser::status() const { return base_->status(); }

}  // namespace zhida::http
