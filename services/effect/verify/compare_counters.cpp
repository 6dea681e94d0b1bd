#include "effect/verify/compare_counters.hpp"

#include "domain/delivery/intent_id.hpp"
#include "domain/effect/campaign_header.hpp"

#include <charconv>
#include <optional>
#include <set>

namespace zhida::effect_service::verify {
namespace {

namespace keys = stores::deliveries;
using effect::CounterKey;

/// A hash in words: what → value.
using Words = std::map<std::string, std::string>;

/// Writes counters in words.
class Wording {
 public:
  explicit Wording(const Packages& packages) {
    for (const auto& [_, package] : packages)
      for (const PackageItem& item : package.items) items_[item.key] = item.id;
  }

  std::string name(const CounterKey& key) const {
    std::string text = key.campaign == 0 ? "over all campaigns" : "campaign " + delivery::format_campaign(key.campaign);
    if (key.item != 0) {
      const auto item = items_.find(key.item);
      text += ", item " + (item == items_.end() ? std::to_string(key.item) : item->second);
    }
    text += ": " + effect::name_of(key.measure);
    if (key.hour == 0) return text;
    return text + " in hour " + domain::format_instant(delivery::Instant(std::chrono::hours(key.hour))) + ", size " +
           std::string(domain::name_of(key.size)) + ", street " + std::to_string(key.street);
  }

 private:
  std::map<std::uint64_t, std::string> items_;
};

/// The campaign in `t:12`, `c:12:20780`, `d:12`, `o:12`; nothing for another key.
std::optional<delivery::CampaignNumber> campaign_in(std::string_view key) {
  if (key.size() < 3 || key[1] != ':') return std::nullopt;
  key.remove_prefix(2);
  delivery::CampaignNumber campaign = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), campaign);
  if (error != std::errc() || (end != key.data() + key.size() && *end != ':')) return std::nullopt;
  return campaign;
}

std::string package_text(const Package& package) {
  std::string text = std::string(package.place.urgent ? "intents-urgent/" : "intents/") + std::to_string(package.place.offset);
  for (const PackageItem& item : package.items)
    text += "; " + item.id + " version " + std::to_string(item.version) + " group " + item.group + " days " +
            std::to_string(item.conversion_days);
  return text;
}

std::string package_text(std::string_view bytes) {
  const auto header = effect::decode_campaign_header(bytes);
  if (!header) return "unreadable";
  Package package;
  package.place = header->place;
  for (const effect::HeaderItem& item : header->items)
    package.items.push_back({item.id, item.version, item.exclusive_group, item.conversion_days, item.key});
  return package_text(package);
}

std::string mark_text(const contracts::PartitionDecided& mark) {
  return std::to_string(mark.intents) + " intents, profiles at " + std::to_string(mark.profile_position) + ", " +
         domain::format_instant(mark.at);
}

std::string mark_text(std::string_view json) {
  const auto mark = contracts::read_partition_decided(json);
  return mark ? mark_text(*mark) : "unreadable";
}

std::string printable(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "field ";
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4U];
    text += digits[static_cast<unsigned char>(c) & 0xfU];
  }
  return text;
}

/// The log's side, by key.
std::map<std::string, Words> expected_words(const ExpectedCounters& expected, const Wording& wording) {
  std::map<std::string, Words> all;
  std::map<std::string, std::map<std::string, std::set<std::string>>> fields_of_days;
  for (const auto& [key, sum] : expected.counts) {
    if (sum == 0) continue;
    const bool total = key.hour == 0;
    const std::string hash = total ? keys::totals_key(key.campaign) : keys::cells_key(key.campaign, keys::day_of(key.hour));
    all[hash][wording.name(key)] = std::to_string(sum);
    if (!total) fields_of_days[keys::days_key(key.campaign)][std::to_string(keys::day_of(key.hour))].insert(keys::cell_field(key));
  }
  for (const auto& [hash, days] : fields_of_days)
    for (const auto& [day, fields] : days) all[hash]["day " + day] = std::to_string(fields.size());
  for (const auto& [place, count] : expected.open)
    all[keys::open_key(place.first)]["block " + keys::open_field(place.second)] = std::to_string(count);
  for (const auto& [campaign, package] : expected.packages)
    all[keys::headers_key]["campaign " + delivery::format_campaign(campaign)] = package_text(package);
  for (const auto& [name, mark] : expected.marks) all[keys::marks_key]["mark " + name] = mark_text(mark);
  return all;
}

/// Redis' side of one hash.
Words served_words(const std::string& key, const std::map<std::string, std::string>& fields, const Wording& wording) {
  Words words;
  const auto campaign = campaign_in(key);
  for (const auto& [field, value] : fields) {
    if (key == keys::headers_key) {
      words["campaign c" + field] = package_text(value);
    } else if (key == keys::marks_key) {
      words["mark " + field] = mark_text(value);
    } else if (campaign && key.starts_with("d:")) {
      words["day " + field] = value;
    } else if (campaign && key.starts_with("o:")) {
      words["block " + field] = value;
    } else if (campaign && (key.starts_with("t:") || key.starts_with("c:"))) {
      const auto cell = keys::parse_cell_field(*campaign, field);
      const auto sums = keys::decode_sums(value);
      if (!cell || !sums) {
        words[printable(field)] = "unreadable";
        continue;
      }
      CounterKey name = *cell;
      for (const auto& [measure, sum] : *sums) {
        name.measure = measure;
        words[wording.name(name)] = std::to_string(sum);
      }
    } else {
      words[printable(field)] = "not of this fold";
    }
  }
  return words;
}

}  // namespace

void ExpectedCounters::add(const LogSlice& slice) {
  packages = slice.packages();
  marks = slice.marks();
  for (std::uint32_t bucket = slice.choice().first; bucket < slice.choice().end; ++bucket)
    for (const auto& [_, account] : slice.accounts(bucket)) {
      count(account, packages, counts);
      for (const auto& [name, intent] : account.intents) {
        if (!intent.decided || delivery::is_closed(intent.state())) continue;
        ++open[{name.campaign, keys::Block{intent.decided->place.urgent, intent.decided->place.offset}}];
      }
    }
}

std::map<std::string, std::string> fields_of(const redis::Reply& hash) {
  std::map<std::string, std::string> fields;
  for (std::size_t i = 0; i + 1 < hash.items.size(); i += 2) fields.emplace(hash.items[i].text, hash.items[i + 1].text);
  return fields;
}

void compare(int partition, const ExpectedCounters& expected, const ServedHashes& served, Differences& into) {
  const Wording wording(expected.packages);
  std::map<std::string, Words> wanted = expected_words(expected, wording);
  for (const auto& [key, fields] : served) wanted.try_emplace(key);
  static const std::map<std::string, std::string> nothing;
  for (const auto& [key, words] : wanted) {
    const auto hash = served.find(key);
    Words found = served_words(key, hash == served.end() ? nothing : hash->second, wording);
    for (const auto& [what, value] : words) {
      const auto other = found.find(what);
      const std::string stands = other == found.end() ? std::string() : other->second;
      if (stands != value) into.add({partition, key, what, value, stands});
      if (other != found.end()) found.erase(other);
    }
    for (const auto& [what, value] : found) into.add({partition, key, what, "", value});
  }
}

}  // namespace zhida::effect_service::verify
