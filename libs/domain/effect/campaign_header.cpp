#include "domain/effect/campaign_header.hpp"

#include "domain/delivery/bytes.hpp"

#include <limits>
#include <utility>

namespace zhida::effect {

HeaderItem header_item(std::string_view id, std::uint32_t version, std::string_view exclusive_group, std::uint16_t conversion_days) {
  HeaderItem item;
  item.id = id;
  item.version = version;
  item.exclusive_group = exclusive_group;
  item.conversion_days = conversion_days;
  item.key = delivery::hash_of(id);
  item.group = exclusive_group.empty() ? 0 : delivery::hash_of(exclusive_group);
  return item;
}

std::string encode(const CampaignHeader& header) {
  std::string out;
  delivery::ByteWriter writer(out);
  writer.number(header.campaign);
  writer.byte(header.place.urgent ? 1 : 0);
  writer.number(header.place.offset);
  writer.number(header.place.index);
  writer.number(header.items.size());
  for (const HeaderItem& item : header.items) {
    writer.text(item.id);
    writer.number(item.version);
    writer.text(item.exclusive_group);
    writer.number(item.conversion_days);
  }
  return out;
}

boost::system::result<CampaignHeader> decode_campaign_header(std::string_view bytes) {
  delivery::ByteReader in(bytes);
  CampaignHeader header;
  header.campaign = static_cast<CampaignNumber>(in.number(std::numeric_limits<CampaignNumber>::max()));
  const unsigned urgent = in.byte();
  if (urgent > 1) in.fail();
  header.place.urgent = urgent == 1;
  header.place.offset = in.number();
  header.place.index = static_cast<std::uint16_t>(in.number(std::numeric_limits<std::uint16_t>::max()));
  const std::uint64_t items = in.number();
  for (std::uint64_t i = 0; i < items && in.good(); ++i) {
    const std::string_view id = in.text();
    const auto version = static_cast<std::uint32_t>(in.number(std::numeric_limits<std::uint32_t>::max()));
    const std::string_view group = in.text();
    const auto days = static_cast<std::uint16_t>(in.number(std::numeric_limits<std::uint16_t>::max()));
    if (in.good()) header.items.push_back(header_item(id, version, group, days));
  }
  if (!in.good() || !in.at_end()) return make_error_code(boost::system::errc::bad_message);
  return header;
}

bool CampaignHeaders::fold(CampaignHeader header) {
  const auto [known, fresh] = headers_.try_emplace(header.campaign);
  if (!fresh && known->second.place <= header.place) return false;
  known->second = std::move(header);
  return true;
}

const CampaignHeader* CampaignHeaders::find(CampaignNumber campaign) const {
  const auto known = headers_.find(campaign);
  return known == headers_.end() ? nullptr : &known->second;
}

}  // namespace zhida::effect
