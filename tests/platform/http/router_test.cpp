#include "platform/http/router.hpp"
#include "platform/http/conditional.hpp"
#include "platform/http/problem.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace zhida::http {
namespace {

Handler nothing() {
  return [](Request&) -> boost::asio::awaitable<Response> { co_return Response(); };
}

RouteInfo open_route(std::string name) { return RouteInfo(std::move(name), Access::open()); }

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router.add(Verb::get, "/a/{x}", open_route("one"), nothing());
    router.add(Verb::get, "/a/fixed", open_route("fixed"), nothing());
    router.add(Verb::post, "/a/{x}/b/{y}", open_route("two"), nothing());
    router.add(Verb::get, "/a/fixed/c", open_route("deep"), nothing());
  }

  std::string match(Verb verb, std::string_view target) {
    request.clear();
    request.verb = verb;
    EXPECT_TRUE(request.set_target(target));
    const Router::Match found = router.match(request);
    return found.route != nullptr ? found.route->info.name : found.allow;
  }

  Router router;
  Request request;
};

TEST_F(RouterTest, PrefersLiteralSegmentsAndGoesBackToParameters) {
  EXPECT_EQ(match(Verb::get, "/a/1"), "one");
  EXPECT_EQ(match(Verb::get, "/a/fixed?x=1"), "fixed");
  EXPECT_EQ(match(Verb::get, "/a/fi%78ed"), "fixed");
  EXPECT_EQ(match(Verb::post, "/a/fixed/b/2"), "two");
  EXPECT_EQ(request.param("x"), "fixed");
  EXPECT_EQ(request.param("y"), "2");
  EXPECT_THROW(request.param("z"), std::logic_error);
  EXPECT_EQ(match(Verb::get, "/a/fixed/c"), "deep");
  EXPECT_EQ(match(Verb::get, "http://host/a/1"), "one");
  EXPECT_EQ(match(Verb::head, "/a/1"), "one");
}

TEST_F(RouterTest, NamesTheVerbsOfAKnownPath) {
  EXPECT_EQ(match(Verb::post, "/a/1"), "GET, HEAD");
  EXPECT_EQ(match(Verb::get, "/a/1/b/2"), "POST");
  EXPECT_EQ(match(Verb::get, "/a/1/b"), "");
  EXPECT_EQ(match(Verb::get, "*"), "");
}

TEST_F(RouterTest, RefusesAmbiguousTables) {
  EXPECT_THROW(router.add(Verb::get, "/a/{y}", open_route("again"), nothing()), std::logic_error);
  EXPECT_THROW(router.add(Verb::get, "/b", open_route("one"), nothing()), std::logic_error);
  EXPECT_EQ(router.routes().size(), 4U);
}

TEST(Problem, IsRfc9457WithBothLanguages) {
  const Problem problem = problems::invalid({{"/rule", "syntax", "bad", "错误"}});
  EXPECT_EQ(
      problem.json(),
      R"({"type":"urn:zhida:problem:invalid","title":"Invalid content","status":422,"detail":"The content is well-formed but wrong; see errors.",)"
      R"("detail_zh":"内容格式正确但有误，详见 errors。","errors":[{"pointer":"/rule","code":"syntax","detail":"bad","detail_zh":"错误"}]})");
  const Response response = respond(problems::unavailable(std::chrono::seconds(3)));
  EXPECT_EQ(response.status, Status::unavailable);
  EXPECT_EQ(response.headers.at(0).second, "3");
}

TEST(Conditional, ComparesEntityTags) {
  Request request;
  EXPECT_FALSE(not_modified(request, "\"1\""));
  request.headers.add("If-None-Match", "\"0\", W/\"1\"");
  EXPECT_TRUE(not_modified(request, "\"1\""));
  EXPECT_FALSE(not_modified(request, "\"2\""));
  const Response fresh = with_etag(request, ok("{}"), "\"2\"");
  EXPECT_EQ(fresh.status, Status::ok);
  const Response same = with_etag(request, ok("{}"), "\"1\"");
  EXPECT_EQ(same.status, Status::not_modified);
  EXPECT_TRUE(same.body.empty());
  EXPECT_EQ(check_if_match(request, "\"1\""), IfMatch::absent);
  request.headers.add("If-Match", "W/\"1\", \"2\"");
  EXPECT_EQ(check_if_match(request, "\"1\""), IfMatch::fails) << "weak tags do not match";
  EXPECT_EQ(check_if_match(request, "\"2\""), IfMatch::holds);
  Request any;
  any.headers.add("If-Match", "*");
  EXPECT_EQ(check_if_match(any, "\"1\""), IfMatch::holds);
  EXPECT_EQ(check_if_match(any, ""), IfMatch::fails);
}

TEST(PercentDecoding, RefusesBrokenEscapesAndForeignBytes) {
  EXPECT_EQ(percent_decode("a+b%20%E4%BC%81", true), "a b 企");
  EXPECT_EQ(percent_decode("a+b", false), "a+b");
  for (const char* text : {"%", "%2", "%gg", "%ff", "%c0%af", "%ed%a0%80", "%00"}) EXPECT_FALSE(percent_decode(text, false)) << text;
  EXPECT_EQ(percent_encode("a b/企"), "a%20b%2F%E4%BC%81");
}

}  // namespace
}  // namespace zhida::http
