#include "node/docs/docs_routes.hpp"

#include "platform/auth/digest.hpp"
#include "platform/auth/encoding.hpp"
#include "platform/http/conditional.hpp"
#include "schemas/files.hpp"

#include <array>
#include <string>
#include <string_view>

namespace zhida::node {
namespace {

namespace asio = boost::asio;

struct Page {
  std::string_view path, name, file, type;
};

constexpr std::array pages{
    Page{"/docs", "docs", "openapi/docs/index.html", http::html_type},
    Page{"/docs/docs.css", "docs_css", "openapi/docs/docs.css", "text/css; charset=utf-8"},
    Page{"/docs/docs.js", "docs_js", "openapi/docs/docs.js", "text/javascript; charset=utf-8"},
    Page{"/docs/openapi.json", "openapi", "openapi/zhida.json", http::json_type},
};

constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action "
    "'none'; "
    "frame-ancestors 'none'";
constexpr std::size_t tag_length = 32;

http::Response answer(const http::Request& request, const Page& page, std::string_view bytes, const std::string& tag) {
  http::Response response;
  response.content_type = page.type;
  response.cache_control = "public, max-age=60, must-revalidate";
  if (!http::not_modified(request, tag)) response.body = bytes;
  response.set("Content-Security-Policy", std::string(content_policy)).set("Referrer-Policy", "no-referrer");
  return http::with_etag(request, std::move(response), tag);
}

}  // namespace

void DocsRoutes::add_to(http::Router& router) const {
  for (const Page& page : pages) {
    const std::string_view bytes = schemas::file(page.file);
    const std::string tag = http::etag(auth::hex(auth::bytes_of(auth::sha256(bytes))).substr(0, tag_length));
    router.add(
        http::Verb::get, std::string(page.path), http::RouteInfo(std::string(page.name), http::Access::open()),
        [&page, bytes, tag](http::Request& request) -> asio::awaitable<http::Response> { co_return answer(request, page, bytes, tag); });
  }
}

}  // namespace zhida::node
