#include "operator/rules/audience_preview.hpp"

#include "matching/decide.hpp"
#include "matching/explain.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace zhida::operators {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds slice{2'000};
constexpr stores::Row rows_between_looks = 64;

class Preview {
 public:
  Preview(const stores::ProfileStore& profiles, const PreviewRequest& request)
      : profiles_(profiles),
        request_(request),
        asof_(cel::Value::timestamp(std::chrono::floor<std::chrono::seconds>(domain::start_of(request.date)).time_since_epoch().count())),
        slots_(profiles.dictionary().size()) {
    result_.near.resize(request.rule.leaves().size());
  }

  void take(int partition, stores::Row row) {
    profiles_.slots(partition, row, slots_);
    arena_.reset();
    switch (matching::decide(request_.rule, slots_, {}, asof_, arena_)) {
      case matching::Verdict::eligible:
      case matching::Verdict::manual:
        ++result_.eligible;
        if (result_.sample.size() < request_.sample) result_.sample.push_back(profiles_.uscc(partition, row));
        break;
      case matching::Verdict::unknown: ++result_.unknown; break;
      case matching::Verdict::ineligible:
        ++result_.ineligible;
        if (request_.near) note_near();
        break;
    }
  }

  AudiencePreview& result() { return result_; }

 private:
  void note_near() {
    arena_.reset();
    const matching::Explanation explanation = matching::explain(request_.rule, slots_, {}, asof_, arena_);
    if (explanation.one_short && explanation.failing.size() == 1) ++result_.near[request_.rule.leaves()[explanation.failing[0]].same_as];
  }

  const stores::ProfileStore& profiles_;
  const PreviewRequest& request_;
  cel::Value asof_;
  std::vector<cel::Value> slots_;
  cel::Arena arena_;
  AudiencePreview result_;
};

}  // namespace

asio::awaitable<AudiencePreview> preview_audience(const stores::ProfileStore& profiles, PreviewRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  Preview preview(profiles, request);
  Clock::duration worked{0};
  for (int partition = 0; partition < profiles.partitions(); ++partition) {
    stores::Row row = 0;
    while (row < profiles.size(partition)) {
      const auto begin = Clock::now();
      for (auto now = begin; now - begin < slice && row < profiles.size(partition); now = Clock::now())
        for (stores::Row i = 0; i < rows_between_looks && row < profiles.size(partition); ++i, ++row) preview.take(partition, row);
      worked += Clock::now() - begin;
      co_await asio::post(executor, asio::use_awaitable);
    }
  }
  preview.result().took = std::chrono::duration_cast<std::chrono::microseconds>(worked);
  co_return std::move(preview.result());
}

}  // namespace zhida::operators
