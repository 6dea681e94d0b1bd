#include "platform/json/document.hpp"
#include "platform/observe/log.hpp"
#include "platform/observe/metrics.hpp"
#include "platform/observe/trace.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

namespace zhida::observe {
namespace {

std::string logged(Level least, void (*write)(const Log&)) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const Log log(ends[1], least);
  write(log);
  ::close(ends[1]);
  std::string text(4096, '\0');
  const auto size = ::read(ends[0], text.data(), text.size());
  ::close(ends[0]);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

TEST(Log, WritesOneJsonLinePerEvent) {
  const std::string line = logged(Level::info, [](const Log& log) {
    const Trace trace = Trace::join("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
    log.info("campaign.launched", {{"campaign", "c1"}, {"audience", 20000}, {"ok", true}, {"ms", 1.5}, {"text", "a\"\nb"}}, &trace);
  });
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto parsed = json::parse(line);
  ASSERT_TRUE(parsed) << line;
  EXPECT_EQ(json::text_of(*json::find(*parsed, "event")), "campaign.launched");
  EXPECT_EQ(json::text_of(*json::find(*parsed, "trace")), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(json::find(*parsed, "audience")->GetInt64(), 20000);
  EXPECT_TRUE(json::find(*parsed, "ok")->GetBool());
  EXPECT_EQ(json::text_of(*json::find(*parsed, "text")), "a\"\nb");
}

TEST(Log, IsSilentBelowItsLevel) {
  EXPECT_EQ(logged(Level::warning, [](const Log& log) { log.info("nothing"); }), "");
}

TEST(Trace, JoinsAValidTraceparentWithANewSpan) {
  const Trace trace = Trace::join("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");
  EXPECT_EQ(trace.id(), "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace.traceparent().substr(0, 36), "00-0af7651916cd43dd8448eb211c80319c-");
  EXPECT_NE(trace.traceparent().substr(36, 16), "b7ad6b7169203331");
  EXPECT_TRUE(trace.traceparent().ends_with("-00"));
  EXPECT_EQ(Trace::join("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-new").id(), "0af7651916cd43dd8448eb211c80319c");
}

TEST(Trace, BeginsANewOneInsteadOfAnInvalid) {
  for (const char* header :
       {"", "00", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-zz"}) {
    const Trace trace = Trace::join(header);
    EXPECT_NE(trace.id(), "0af7651916cd43dd8448eb211c80319c") << header;
    EXPECT_FALSE(trace.empty());
  }
  EXPECT_NE(Trace::make().id(), Trace::make().id());
}

TEST(Trace, IsReadAsItStandsInARecord) {
  const std::string header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(Trace::read(header).traceparent(), header);
  EXPECT_TRUE(Trace::read("").empty());
  EXPECT_TRUE(Trace::read("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01").empty());
}

TEST(Metrics, ShowWhatComesAndGoesAsItIsWhenScraped) {
  Metrics metrics;
  std::vector<Metrics::Reading> lags;
  double rebuilds = 1;
  metrics.gauges_from("zhida_lag", "Lag.", [&lags] { return lags; });
  metrics.counters_from("zhida_rebuilds_total", "Rebuilds.", [&rebuilds] { return std::vector<Metrics::Reading>{{Labels(), rebuilds}}; });
  const std::string rest = "# HELP zhida_rebuilds_total Rebuilds.\n# TYPE zhida_rebuilds_total counter\nzhida_rebuilds_total ";
  EXPECT_EQ(metrics.text(), "# HELP zhida_lag Lag.\n# TYPE zhida_lag gauge\n" + rest + "1\n");
  lags.emplace_back(Labels{{"fold", "a"}, {"partition", "3"}}, 12);
  rebuilds = 2;
  EXPECT_EQ(metrics.text(), "# HELP zhida_lag Lag.\n# TYPE zhida_lag gauge\nzhida_lag{fold=\"a\",partition=\"3\"} 12\n" + rest + "2\n");
  EXPECT_THROW(metrics.counters_from("zhida_lag", "", nullptr), std::logic_error);
}

TEST(Metrics, ArePrometheusText) {
  Metrics metrics;
  metrics.counter("zhida_clicks_total", "Clicks.", {{"kind", "a\"b\\\n"}}).increment(3);
  metrics.gauge("zhida_open", "Open.").set(1.5);
  metrics.gauge_from("zhida_age", "Age.", {}, [] { return 7.0; });
  Histogram& seconds = metrics.histogram("zhida_seconds", "Time.", {{"route", "x"}}, {0.1, 1});
  seconds.observe(0.1);
  seconds.observe(0.5);
  seconds.observe(3);
  EXPECT_EQ(metrics.text(),
            "# HELP zhida_age Age.\n# TYPE zhida_age gauge\nzhida_age 7\n"
            "# HELP zhida_clicks_total Clicks.\n# TYPE zhida_clicks_total counter\nzhida_clicks_total{kind=\"a\\\"b\\\\\\n\"} 3\n"
            "# HELP zhida_open Open.\n# TYPE zhida_open gauge\nzhida_open 1.5\n"
            "# HELP zhida_seconds Time.\n# TYPE zhida_seconds histogram\n"
            "zhida_seconds_bucket{route=\"x\",le=\"0.1\"} 1\nzhida_seconds_bucket{route=\"x\",le=\"1\"} 2\n"
            "zhida_seconds_bucket{route=\"x\",le=\"+Inf\"} 3\nzhida_seconds_sum{route=\"x\"} 3.6\nzhida_seconds_count{route=\"x\"} 3\n");
}

TEST(Metrics, GivesTheSameMetricForTheSameLabels) {
  Metrics metrics;
  EXPECT_EQ(&metrics.counter("a", "", {{"x", "1"}}), &metrics.counter("a", "", {{"x", "1"}}));
  EXPECT_NE(&metrics.counter("a", "", {{"x", "1"}}), &metrics.counter("a", "", {{"x", "2"}}));
  EXPECT_THROW(metrics.gauge("a", ""), std::logic_error);
}

}  // namespace
}  // namespace zhida::observe
