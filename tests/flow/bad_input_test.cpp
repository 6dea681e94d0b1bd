// Whatever is sent: a clear problem in both languages, nothing written, and the program goes on.

#include "flow/story.hpp"
#include "support/standalone.hpp"
#include "support/temporary_directory.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace zhida {
namespace {

using flow::text;
using http::Verb;
using test::Answer;
using test::HeaderList;
using test::Standalone;
using testing::AnyOf;
using testing::HasSubstr;

constexpr const char* uscc = "91310117MA1J0GBX1G";
const std::string enterprise = std::string("/operator/v1/enterprises/") + uscc;

std::string attribute(const std::string& name, const std::string& value, const std::string& as_of = "2024-01-01") {
  return fmt::format(R"({{"attributes":{{"{}":{{"value":{},"source":"测试","as_of":"{}"}}}}}})", name, value, as_of);
}

std::string gzip(const std::string& piece, int times) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) throw std::runtime_error("deflate");
  std::string out;
  std::vector<unsigned char> buffer(1 << 16);
  for (int i = 0; i <= times; ++i) {
    std::string input = i < times ? piece : std::string();
    stream.next_in = reinterpret_cast<unsigned char*>(input.data());
    stream.avail_in = static_cast<unsigned>(input.size());
    do {
      stream.next_out = buffer.data();
      stream.avail_out = static_cast<unsigned>(buffer.size());
      deflate(&stream, i < times ? Z_NO_FLUSH : Z_FINISH);
      out.append(reinterpret_cast<const char*>(buffer.data()), buffer.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

class BadInput : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    files_ = std::make_unique<test::TemporaryDirectory>();
    zhida_ = std::make_unique<Standalone>(files_->path());
    flow::publish(*zhida_, flow::settled_item);
    flow::publish(*zhida_, flow::manual_item);
    flow::put_package(*zhida_);
    EXPECT_EQ(zhida_->post("/operator/v1/campaigns", "operator", flow::campaign_body("草稿")).status, 201);
    EXPECT_EQ(zhida_->ask(Verb::patch, enterprise, "data_centre", attribute("employees", "12")).status, 200);
    before_ = written();
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(zhida_->stop(), 0);
    zhida_.reset();
    files_.reset();
  }

  /// After each test: alive, and as it was.
  void TearDown() override {
    EXPECT_EQ(zhida().get("/readyz", "").status, 200);
    EXPECT_EQ(written(), before_);
  }

  static const Standalone& zhida() { return *zhida_; }

  static std::string written() {
    std::string all = zhida_->get(enterprise, "data_centre").body;
    for (const char* list : {"documents", "items", "packages", "campaigns"})
      all += zhida_->get(std::string("/operator/v1/") + list + "?limit=1000", "operator").body;
    return all;
  }

  /// Expects a whole problem with one of `statuses`.
  static void expect_problem(const Answer& answer, testing::Matcher<int> status, const std::string& what) {
    EXPECT_THAT(answer.status, status) << what << ": " << answer.body.substr(0, 500);
    EXPECT_EQ(answer.headers.get("Content-Type"), "application/problem+json") << what;
    EXPECT_EQ(answer.at("status").IsInt() ? answer.at("status").GetInt() : 0, answer.status) << what;
    for (const char* member : {"type", "title", "detail", "detail_zh"}) EXPECT_TRUE(answer.at(member).IsString()) << what << ": " << member;
    EXPECT_THAT(text(answer.at("detail_zh")), testing::ContainsRegex("[^ -~]")) << what;
  }

  static Answer patch(const std::string& body) { return zhida().ask(Verb::patch, enterprise, "data_centre", body); }

 private:
  static inline std::unique_ptr<test::TemporaryDirectory> files_;
  static inline std::unique_ptr<Standalone> zhida_;
  static inline std::string before_;
};

TEST_F(BadInput, MalformedJson) {
  for (const std::string& body :
       {std::string(" "), std::string("{"), std::string("{\"attributes\":"), std::string("nul"), std::string("{}{}"),
        std::string("{},\"idempotency_key\":\"x\""), std::string("{\"a\":1,}"), std::string("\xef\xbb\xbf{"),
        std::string("{\"a\":\"\x01\"}"), std::string("{\"a\0\":1}", 8), std::string("{\"attributes\":{},\"attributes\":{}}")}) {
    expect_problem(patch(body), AnyOf(400, 422), body);
    expect_problem(zhida().post("/operator/v1/campaigns", "operator", body), AnyOf(400, 422), body);
    expect_problem(zhida().put("/operator/v1/items/X-1", "operator", body), AnyOf(400, 422), body);
    expect_problem(zhida().post("/page/v1/engagements", "page", body), AnyOf(400, 422), body);
    expect_problem(zhida().post("/operator/v1/rules/check", "operator", body), AnyOf(400, 422), body);
  }
}

TEST_F(BadInput, InvalidUtf8) {
  for (const char* bytes : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xe4\xb8", "\xf5\x80\x80\x80"}) {
    expect_problem(patch(attribute("park", std::string("\"") + bytes + "\"")), AnyOf(400, 422), "patch");
    const std::string title = fmt::format(R"({{"title":"{}","kind":"gift","items":["{}"]}})", bytes, flow::settled_item);
    expect_problem(zhida().put("/operator/v1/packages/bad", "operator", title), AnyOf(400, 422), "package");
  }
}

TEST_F(BadInput, WrongTypesAndUnknownNames) {
  for (const std::string& body : {attribute("employees", "\"many\""),
                                  attribute("employees", "1.5"),
                                  attribute("employees", "-1"),
                                  attribute("employees", "1e400"),
                                  attribute("employees", "99999999999999999999"),
                                  attribute("employees", "[1]"),
                                  attribute("employees", "{}"),
                                  attribute("legal_person", "1"),
                                  attribute("size_class", "\"gigantic\""),
                                  attribute("industry", "\"ZZ99\""),
                                  attribute("no_such_attribute", "1"),
                                  attribute("established", "\"2023-02-30\""),
                                  attribute("established", "\"yesterday\""),
                                  attribute("employees", "1", "2023-02-29"),
                                  attribute("employees", "1", "2023-13-01"),
                                  attribute("employees", "1", "0000-00-00"),
                                  attribute("employees", "1", "9999-12-31"),
                                  std::string(R"({"attributes":{"employees":12}})"),
                                  std::string(R"({"attributes":[]})"),
                                  std::string(R"([])"),
                                  std::string(R"("text")"),
                                  std::string("null"),
                                  std::string(R"({"attributs":{}})"),
                                  std::string(R"({"name":5})")})
    expect_problem(patch(body), AnyOf(400, 422), body);
}

TEST_F(BadInput, BadUsccs) {
  for (const std::string bad : {"1", "91310117MA1J0GBX1H", "91310117ma1j0gbx1g", "91310117MA1J0GBX1G0", "91310117MA1J0GBXIG", "%00%00",
                                "..%2f..%2fetc", "913101170000000000"}) {
    expect_problem(zhida().ask(Verb::patch, "/operator/v1/enterprises/" + bad, "data_centre", attribute("employees", "1")),
                   AnyOf(400, 404, 422), bad);
    expect_problem(zhida().get("/page/v1/enterprises/" + bad + "/inbox", "page"), AnyOf(400, 404, 422), bad);
    expect_problem(zhida().get("/page/v1/enterprises/" + bad + "/checkup", "page"), AnyOf(400, 404, 422), bad);
    expect_problem(zhida().get("/operator/v1/enterprises/" + bad + "/timeline", "operator"), AnyOf(400, 404, 422), bad);
  }
}

TEST_F(BadInput, BadQueries) {
  const std::string page = std::string("/page/v1/enterprises/") + uscc;
  for (const std::string& target :
       {page + "/checkup?asof=2023-02-30", page + "/checkup?asof=today", page + "/inbox?limit=0", page + "/inbox?limit=1001",
        page + "/inbox?limit=x", page + "/inbox?cursor=%ff%fe", page + "/inbox?cursor=forged"})
    expect_problem(zhida().get(target, "page"), AnyOf(400, 422), target);
  for (const std::string target : {"/operator/v1/items?limit=-1", "/operator/v1/items?cursor=%zz"})
    expect_problem(zhida().get(target, "operator"), AnyOf(400, 422), target);
}

TEST_F(BadInput, DeepNesting) {
  for (const std::string& deep : {std::string(200'000, '['), std::string(100'000, '[') + std::string(100'000, ']')}) {
    expect_problem(patch(deep), AnyOf(400, 413, 422), "patch");
    expect_problem(zhida().post("/operator/v1/campaigns", "operator", deep), AnyOf(400, 413, 422), "campaign");
    expect_problem(zhida().post("/page/v1/engagements", "page", deep), AnyOf(400, 413, 422), "engagements");
  }
  std::string nested = "{\"rule\":\"";
  nested += std::string(20'000, '(') + "true" + std::string(20'000, ')') + "\"}";
  expect_problem(zhida().post("/operator/v1/rules/check", "operator", nested), AnyOf(413, 422), "rule");
  std::string audience = R"({"rule":"true"})";
  for (int i = 0; i < 2'000; ++i) audience = "{\"all\":[" + audience + "]}";
  expect_problem(zhida().post("/operator/v1/campaigns", "operator", flow::campaign_body("深", audience)), AnyOf(400, 422), "audience");
}

TEST_F(BadInput, HugeBodies) {
  const std::string big = fmt::format(R"({{"name":"{}"}})", std::string(10 * 1024 * 1024, 'x'));
  expect_problem(patch(big), testing::Eq(413), "patch");
  expect_problem(zhida().put("/operator/v1/items/X-1", "operator", big), testing::Eq(413), "item");
  expect_problem(zhida().post("/operator/v1/campaigns", "operator", big), testing::Eq(413), "campaign");
  expect_problem(zhida().post("/page/v1/engagements", "page", big), testing::Eq(413), "engagements");
}

TEST_F(BadInput, AGzipBombIsReadLineByLine) {
  const HeaderList packed{{"Content-Type", "application/x-ndjson"}, {"Content-Encoding", "gzip"}};
  const std::string bomb = gzip(std::string(1 << 20, 'x'), 64);  // one line of 64 MB
  const Answer one_line = zhida().post("/operator/v1/enterprises", "data_centre", bomb, packed);
  EXPECT_THAT(one_line.status, AnyOf(200, 413, 422)) << one_line.body.substr(0, 300);
  if (one_line.status == 200) {
    EXPECT_EQ(flow::last_line(one_line.body)["accepted"].GetInt(), 0) << one_line.body.substr(0, 500);
  }
  const Answer small =
      zhida().ask(Verb::patch, enterprise, "data_centre", bomb, {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}});
  expect_problem(small, AnyOf(400, 413, 415, 422), "patch");
  const Answer broken = zhida().post("/operator/v1/enterprises", "data_centre", "this is no gzip", packed);
  EXPECT_THAT(broken.status, AnyOf(200, 400, 422)) << broken.body;
  EXPECT_THAT(broken.body, HasSubstr("detail_zh"));
}

TEST_F(BadInput, BadBulkLines) {
  const std::string lines = std::string("{\"uscc\":\"91310117MA1J0GBX1H\",\"attributes\":{}}\n") + "[]\n" + "{\"uscc\":\"\xff\"}\n" +
                            std::string(70'000, ' ') + "\n" + std::string(60'000, '[') + "\n" +
                            fmt::format(R"({{"uscc":"{}","attributes":{{"nope":{{"value":1,"source":"x","as_of":"2024-01-01"}}}}}})", uscc);
  const Answer answer = flow::upload(zhida(), "/operator/v1/enterprises", lines);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(flow::last_line(answer.body)["accepted"].GetInt(), 0) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("detail_zh"));
  const Answer facts = flow::upload(zhida(), "/operator/v1/outcomes", lines);
  EXPECT_EQ(flow::last_line(facts.body)["accepted"].GetInt(), 0) << facts.body;
  expect_problem(zhida().post("/operator/v1/enterprises", "data_centre", "{}", {{"Content-Type", "text/plain"}}), AnyOf(400, 415), "type");
}

TEST_F(BadInput, UnknownAndForeignIds) {
  for (const std::string target : {"/operator/v1/campaigns/c999", "/operator/v1/campaigns/nonsense",
                                   "/operator/v1/campaigns/c18446744073709551616", "/operator/v1/items/NO-SUCH",
                                   "/operator/v1/documents/NO-SUCH", "/operator/v1/packages/NO-SUCH", "/operator/v1/nothing", "/nowhere"})
    expect_problem(zhida().get(target, "operator"), testing::Eq(404), target);
  expect_problem(zhida().post("/operator/v1/campaigns/c999/launch", "operator"), testing::Eq(404), "launch");
  expect_problem(zhida().put("/operator/v1/packages/foreign", "operator", R"({"title":"x","kind":"gift","items":["NO-SUCH"]})"),
                 testing::Eq(422), "package of an unknown item");
  const auto outcome = [](int version) {
    return fmt::format(R"({{"id":"o-1","uscc":"{}","item":"{}","version":{},"type":"paid","at":"2026-01-01T00:00:00Z"}})", uscc,
                       flow::settled_item, version);
  };
  const Answer outcomes = flow::upload(zhida(), "/operator/v1/outcomes", outcome(1) + "\n" + outcome(99) + "\n");
  EXPECT_EQ(flow::last_line(outcomes.body)["accepted"].GetInt(), 1) << outcomes.body;
  EXPECT_THAT(outcomes.body, HasSubstr("/version"));
  expect_problem(zhida().put("/operator/v1/items/" + flow::settled_item, "operator", flow::sample_part(flow::settled_item, "item"),
                             {{"If-Match", "\"1\", \"2\""}}),
                 testing::Eq(400), "list of revisions");
  expect_problem(zhida().put("/operator/v1/items/" + flow::settled_item, "operator_jw", flow::sample_part(flow::settled_item, "item"),
                             {{"If-Match", "*"}}),
                 testing::Eq(404), "another bureau's item");
  expect_problem(zhida().get("/operator/v1/items/" + flow::settled_item, "operator_jw"), testing::Eq(404), "another bureau's item");
  expect_problem(zhida().put("/operator/v1/packages/bad%20id", "operator", R"({"title":"x","kind":"gift","items":[]})"),
                 AnyOf(400, 404, 422), "id");
  expect_problem(zhida().ask(Verb::delete_, "/operator/v1/items/" + flow::settled_item, "operator"), testing::Eq(405), "verb");
}

TEST_F(BadInput, ParametersThatMeanNothing) {
  const std::string of(uscc);
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"/operator/v1/campaigns?state=runing", "operator"},
      {"/operator/v1/campaigns?bureau=nowhere", "operator"},
      {"/operator/v1/campaigns?limit=0", "operator"},
      {"/operator/v1/campaigns?limit=1001", "operator"},
      {"/operator/v1/campaigns?limit=ten", "operator"},
      {"/operator/v1/campaigns?cursor=garbage", "operator"},
      {"/operator/v1/campaigns?mode=apply", "operator"},
      {"/operator/v1/items?state=open", "operator"},
      {"/operator/v1/items?mode=grant", "operator"},
      {"/operator/v1/items?level=planet", "operator"},
      {"/operator/v1/items?topic=weather", "operator"},
      {"/operator/v1/items?cursor=!!", "operator"},
      {"/operator/v1/documents?level=moon", "operator"},
      {"/operator/v1/documents?topic=weather", "operator"},
      {"/operator/v1/documents?bureau=nowhere", "operator"},
      {"/operator/v1/packages?kind=surprise", "operator"},
      {"/operator/v1/packages?limit=-1", "operator"},
      {"/operator/v1/audit?cursor=garbage", "auditor"},
      {"/operator/v1/audit?limit=0", "auditor"},
      {"/operator/v1/dead-letters?cursor=garbage", "auditor"},
      {"/operator/v1/enterprises/" + of + "/timeline?cursor=garbage", "operator"},
      {"/operator/v1/enterprises/" + of + "/timeline?limit=0", "operator"},
      {"/page/v1/enterprises/" + of + "/inbox?limit=0", "page"},
      {"/page/v1/enterprises/" + of + "/inbox?kind=surprise", "page"},
      {"/page/v1/enterprises/" + of + "/inbox?cursor=garbage", "page"},
      {"/page/v1/enterprises/" + of + "/checkup?asof=2026-02-30", "page"},
      {"/page/v1/enterprises/" + of + "/checkup?asof=today", "page"},
      {"/page/v1/enterprises/" + of + "/checkup/" + flow::settled_item + "?asof=2026-13-01", "page"},
      {"/page/v1/policies?topic=weather", "page"},
      {"/page/v1/policies?level=moon", "page"},
      {"/page/v1/policies?kind=surprise", "page"},
      {"/page/v1/policies?mode=grant", "page"},
      {"/page/v1/policies?fits=123", "page"},
      {"/page/v1/policies?limit=0", "page"},
      {"/page/v1/policies?cursor=%20", "page"},
      {"/effect/v1/metrics?measure=luck&by=campaign", "analyst"},
      {"/effect/v1/metrics?by=campaign", "analyst"},
      {"/effect/v1/metrics?measure=delivered&by=moon", "analyst"},
      {"/effect/v1/metrics?measure=delivered", "analyst"},
      {"/effect/v1/metrics?measure=delivered&by=campaign&step=week", "analyst"},
      {"/effect/v1/metrics?measure=delivered&by=campaign&from=2026-02-30", "analyst"},
      {"/effect/v1/metrics?measure=delivered&by=campaign&from=2026-03-02&to=2026-03-01", "analyst"},
      {"/effect/v1/metrics?measure=delivered&by=campaign&format=xml", "analyst"}};
  for (const auto& [target, role] : wrong) {
    const Answer answer = zhida().get(target, role);
    expect_problem(answer, testing::Eq(422), target);
    const std::string pointer = answer.at("errors").IsArray() ? text(answer.at("errors")[0]["pointer"]) : "";
    ASSERT_GT(pointer.size(), 1U) << target;
    const bool absent = pointer == "?measure" || pointer == "?by";
    EXPECT_TRUE(absent || target.find(pointer.substr(1)) != std::string::npos) << target << " is refused because of " << pointer;
  }
  for (const std::string good :
       {"/operator/v1/items?state=published&mode=apply&level=&topic=", "/operator/v1/packages?kind=gift&bureau=qfb"})
    EXPECT_EQ(zhida().get(good, "operator").status, 200) << good;
}

TEST_F(BadInput, ParametersThatPreviewsDoNotHaveOrHaveOnce) {
  const std::string preview = "/operator/v1/campaigns/c1/preview";
  const std::string impact = "/operator/v1/items/" + flow::settled_item + "/impact";
  for (const auto& [target, name] : {std::pair(preview + "?asof=2026-01-01", "?asof"), std::pair(preview + "?foo=1", "?foo"),
                                     std::pair(preview + "?sample=1&sample=2", "?sample"), std::pair(impact + "?foo=1", "?foo"),
                                     std::pair(impact + "?asof=2026-01-01&asof=2026-01-02", "?asof")}) {
    const Answer answer = zhida().get(target, "operator");
    expect_problem(answer, testing::Eq(422), target);
    ASSERT_TRUE(answer.at("errors").IsArray()) << target;
    EXPECT_EQ(text(answer.at("errors")[0]["pointer"]), name) << target;
  }
  EXPECT_EQ(zhida().get(preview + "?sample=1", "operator").status, 200);
}

TEST_F(BadInput, RulesThatMeanNothing) {
  for (const std::string rule : {"", "p.", "p.nope == 1", "p.size_class == 'huge'", "p.employees > 'x'", "true &&", "1 + 1",
                                 "under(p.industry, 'Q99X')", "p.established > timestamp('2023-02-30T00:00:00Z')"}) {
    const std::string body = fmt::format(R"({{"rule":"{}"}})", rule);
    const Answer answer = zhida().post("/operator/v1/rules/check", "operator", body);
    expect_problem(answer, testing::Eq(422), rule);
    ASSERT_TRUE(answer.at("errors").IsArray()) << rule;
    EXPECT_GT(answer.at("errors").Size(), 0U) << rule;
    expect_problem(zhida().post("/operator/v1/campaigns", "operator", flow::campaign_body("坏", body)), testing::Eq(422), rule);
  }
}

TEST_F(BadInput, ForgedKeysAndTokens) {
  expect_problem(zhida().get("/operator/v1/items", ""), testing::Eq(401), "none");
  for (const char* header : {"Bearer", "Bearer ", "Bearer zk_forged", "Basic eDp5", "Bearer \xff\xfe", "zk_forged"})
    expect_problem(zhida().get("/operator/v1/items", "", {{"Authorization", header}}), testing::Eq(401), header);
  std::string key = zhida().key("operator");
  key.back() = key.back() == 'A' ? 'B' : 'A';
  expect_problem(zhida().get("/operator/v1/items", key), testing::Eq(401), "one letter wrong");
  for (const std::string token :
       {"x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "..%2f..%2fetc%2fpasswd", "https://example.com"}) {
    const Answer answer = zhida().get("/c/" + token, "");
    EXPECT_EQ(answer.status, 404) << token;
    EXPECT_EQ(answer.headers.get("Location"), "") << token;
  }
}

TEST_F(BadInput, EngagementsThatCannotBe) {
  const std::string now = flow::now_text();
  for (const std::string& event :
       {fmt::format(R"({{"id":"x","intent":"c999.1.page.{}","type":"impression","at":"{}"}})", uscc, now),
        fmt::format(R"({{"id":"x","intent":"forged","type":"impression","at":"{}"}})", now), std::string("5"), std::string("{}"),
        fmt::format(R"({{"id":"x","intent":"c1.1.page.{}","type":"impression","at":"2020-02-30T00:00:00Z"}})", uscc)}) {
    const Answer answer = zhida().post("/page/v1/engagements", "page", "{\"events\":[" + event + "]}");
    EXPECT_THAT(answer.status, AnyOf(202, 400, 422)) << event << answer.body;
    if (answer.status == 202) {
      EXPECT_EQ(answer.at("accepted").GetInt(), 0) << event;
    }
    EXPECT_THAT(answer.body, HasSubstr("detail_zh")) << event;
  }
}

}  // namespace
}  // namespace zhida
