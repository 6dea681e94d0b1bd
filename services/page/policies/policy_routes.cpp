#include "page/policies/policy_routes.hpp"

#include "page/checkup/subject.hpp"
#include "page/policies/policy_json.hpp"
#include "page/policies/policy_query.hpp"
#include "page/problem.hpp"
#include "page/request_values.hpp"
#include "stores/log_reading.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace zhida::page {
namespace asio = boost::asio;

namespace {

/// Walks offers and documents together in the order of their places.
class Walk {
 public:
  Walk(const ShelfView& shelf, const std::optional<PolicyPlace>& after) : shelf_(shelf) {
    if (!after) return;
    const auto id_of_offer = [](const Offer& offer) -> const std::string& { return offer.compiled->id; };
    const auto id_of_document = [](const auto& document) -> const std::string& { return document->id; };
    offer_ = static_cast<std::size_t>(std::ranges::upper_bound(shelf.offers, after->id, {}, id_of_offer) - shelf.offers.begin());
    // Behind an item, the document of the same id is still to come.
    const auto next = after->document ? std::ranges::upper_bound(shelf.documents, after->id, {}, id_of_document)
                                      : std::ranges::lower_bound(shelf.documents, after->id, {}, id_of_document);
    document_ = static_cast<std::size_t>(next - shelf.documents.begin());
  }

  bool at_end() const { return offer_ == shelf_.offers.size() && document_ == shelf_.documents.size(); }
  /// Null if the next one is a document.
  const Offer* offer() const {
    if (offer_ == shelf_.offers.size()) return nullptr;
    const Offer& next = shelf_.offers[offer_];
    return document_ == shelf_.documents.size() || next.compiled->id <= shelf_.documents[document_]->id ? &next : nullptr;
  }
  const policy::Document& document() const { return *shelf_.documents[document_]; }
  void advance() { offer() != nullptr ? ++offer_ : ++document_; }

 private:
  const ShelfView& shelf_;
  std::size_t offer_ = 0, document_ = 0;
};

/// The verdict, if the item is one for the enterprise now: eligible or manual, and open.
std::optional<policy::Verdict> fitting(const Offer& offer, const CheckedSubject& whom, domain::Date today, cel::Arena& arena) {
  arena.reset();
  const policy::ItemDecision decided = policy::decide_item(*offer.compiled, whom.view(), today, arena);
  const bool fits = decided.verdict == policy::Verdict::eligible || decided.verdict == policy::Verdict::manual;
  return fits && decided.window == policy::WindowState::open ? std::optional(decided.verdict) : std::nullopt;
}

}  // namespace

asio::awaitable<http::Response> PolicyRoutes::list(http::Request& request) {
  const PolicyQuery query = PolicyQuery::read(request, reference_);
  const auto shelf = shelf_.view();
  const domain::Date today = domain::date_of(now_());
  std::optional<CheckedSubject> whom;
  if (query.fits) {
    if (!profiles_.ready(profiles_.partition_of(*query.fits))) throw http::Refused(not_ready());
    require_in_region(request, profiles_, *query.fits);
    whom.emplace(profiles_, *query.fits, today);
  }

  std::string json;
  contracts::JsonWriter writer(json);
  writer.begin_object();
  writer.key("items");
  writer.begin_array();
  cel::Arena arena;
  stores::Turn turn;
  std::size_t count = 0;
  std::optional<PolicyPlace> last, next;
  for (Walk walk(*shelf, query.after); !walk.at_end() && !next; walk.advance()) {
    if (turn.over()) co_await turn.pass();
    const Offer* const offer = walk.offer();
    if (offer != nullptr ? !query.keeps(*offer) : !query.keeps(walk.document())) continue;
    std::optional<policy::Verdict> verdict;
    if (whom && offer != nullptr) {
      verdict = fitting(*offer, *whom, today, arena);
      if (!verdict) continue;
    }
    if (count++ == query.limit) {
      next = last;
      continue;
    }
    last = PolicyPlace{offer != nullptr ? offer->compiled->id : walk.document().id, offer == nullptr};
    if (offer != nullptr)
      begin_line(writer, *offer, today);
    else
      begin_line(writer, walk.document(), *shelf, today);
    if (verdict) writer.member("verdict", *verdict);
    writer.end_object();
  }
  writer.end_array();
  writer.member("next", next ? std::optional(format(*next)) : std::nullopt);
  writer.end_object();
  co_return http::ok(std::move(json));
}

asio::awaitable<http::Response> PolicyRoutes::item(http::Request& request) {
  const auto shelf = shelf_.view();
  const Offer* const offer = shelf->find(request.param("id"));
  if (offer == nullptr) throw http::Refused(http::problems::not_found());
  co_return http::ok(item_json(*offer, domain::date_of(now_())));
}

asio::awaitable<http::Response> PolicyRoutes::document(http::Request& request) {
  const auto shelf = shelf_.view();
  const auto document = catalog_.document(request.param("id"));
  if (!document || !is_public(*document)) throw http::Refused(http::problems::not_found());
  co_return http::ok(document_json(*document, *shelf, domain::date_of(now_())));
}

}  // namespace zhida::page
