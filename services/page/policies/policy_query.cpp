#include "page/policies/policy_query.hpp"

#include "domain/policy/identifier.hpp"
#include "page/request_values.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace zhida::page {
namespace {

constexpr std::size_t longest_search = 200;
constexpr std::string_view document_mark = ":document";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Without regard to the case of ASCII letters; `word` is in lower case.
bool contains(std::string_view text, std::string_view word) {
  return std::search(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) { return lower(a) == b; }) != text.end();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto take = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  constexpr std::string_view wide_blank = "\u3000";
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(wide_blank)) {
      take();
      i += wide_blank.size() - 1;
    } else if (text[i] == ' ') {
      take();
    } else {
      word.push_back(lower(text[i]));
    }
  }
  take();
  return words;
}

bool has_all(const std::vector<std::string>& words, std::initializer_list<std::string_view> texts) {
  return std::ranges::all_of(words, [&](const std::string& word) {
    return std::ranges::any_of(texts, [&](std::string_view text) { return contains(text, word); });
  });
}

std::string_view view(const std::optional<std::string>& text) { return text ? std::string_view(*text) : std::string_view(); }

bool fits_document(const PolicyQuery& query, const policy::Document* document) {
  if (query.topic.empty() && !query.level && !query.kind) return true;
  if (document == nullptr) return false;
  if (!query.topic.empty() && std::ranges::find(document->topics, query.topic) == document->topics.end()) return false;
  if (query.level && document->level != *query.level) return false;
  return !query.kind || document->kind == *query.kind;
}

}  // namespace

std::string format(const PolicyPlace& place) { return place.document ? place.id + std::string(document_mark) : place.id; }

std::optional<PolicyPlace> parse_policy_place(std::string_view text) {
  PolicyPlace place;
  if (text.ends_with(document_mark)) {
    place.document = true;
    text.remove_suffix(document_mark.size());
  }
  if (!policy::is_identifier(text)) return std::nullopt;
  place.id = text;
  return place;
}

PolicyQuery PolicyQuery::read(const http::Request& request, const stores::ReferenceData& reference) {
  PolicyQuery query;
  const std::string_view text = request.query_or("q", "");
  if (text.size() > longest_search) http::refuse_parameter("q", "length", "must not be longer than 200 bytes.", "不能超过200字节。");
  query.words = words_of(text);
  query.topic = request.query_or("topic", "");
  if (!query.topic.empty() && !reference.topics.contains(query.topic))
    http::refuse_parameter("topic", "unknown", "there is no such topic.", "没有这个主题。");
  query.level = choice_of<policy::Level>(request, "level");
  query.kind = choice_of<policy::DocumentKind>(request, "kind");
  query.mode = choice_of<policy::Mode>(request, "mode");
  const std::string_view fits = request.query_or("fits", "");
  if (!fits.empty()) query.fits = read_uscc(fits, "fits");
  query.limit = http::limit_parameter(request);
  const std::string_view cursor = request.query_or("cursor", "");
  if (!cursor.empty()) {
    query.after = parse_policy_place(cursor);
    if (!query.after) http::refuse_parameter("cursor", "cursor", "is no cursor of this list.", "不是本列表的游标。");
  }
  return query;
}

bool PolicyQuery::keeps(const Offer& offer) const {
  const policy::ItemContent& content = offer.content();
  if (mode && content.mode != *mode) return false;
  if (!fits_document(*this, offer.document.get())) return false;
  if (words.empty()) return true;
  static const policy::Document none;
  const policy::Document& document = offer.document ? *offer.document : none;
  return has_all(words, {content.title, content.benefit ? std::string_view(content.benefit->text_zh) : std::string_view(), document.title,
                         view(document.doc_number), view(document.index_no), view(document.issuer), offer.compiled->id});
}

bool PolicyQuery::keeps(const policy::Document& document) const {
  if (mode || fits) return false;
  if (!fits_document(*this, &document)) return false;
  return has_all(words, {document.title, view(document.doc_number), view(document.index_no), view(document.issuer), document.id});
}

}  // namespace zhida::page
