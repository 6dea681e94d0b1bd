#include "domain/policy/window.hpp"

#include "domain/policy/document.hpp"

#include <algorithm>

namespace zhida::policy {
namespace {

using domain::Date;

constexpr Date first_day = Date::min(), last_day = Date::max();

/// Days, both included; empty when `to` lies before `from`.
struct Days {
  Date from = first_day;
  Date to = last_day;
  bool contains(Date date) const { return from <= date && date <= to; }
};

Date start_day(const Moment& moment) {
  if (const Date* date = std::get_if<Date>(&moment)) return *date;
  return domain::date_of(std::get<domain::Instant>(moment));
}

Date end_day(const Moment& moment) {
  if (const Date* date = std::get_if<Date>(&moment)) return *date;
  return domain::date_of(std::get<domain::Instant>(moment) - std::chrono::milliseconds(1));
}

Days validity(const ItemContent& item) { return {item.valid_from.value_or(first_day), item.valid_to.value_or(last_day)}; }

Days days_of(const Window& window) {
  return {window.from ? start_day(*window.from) : first_day, window.to ? end_day(*window.to) : last_day};
}

/// The span in the month of `date`, cut to the length of the month.
Days in_month(MonthlySpan span, std::chrono::year_month month) {
  const auto length = static_cast<int>(static_cast<unsigned>((month / std::chrono::last).day()));
  const auto day = [&](int number) { return Date(month / std::chrono::day(static_cast<unsigned>(std::min(number, length)))); };
  if (span.first_day > length) return {Date(month / 1) + std::chrono::days(length), Date(month / 1)};  // no such day in this month
  return {day(span.first_day), day(span.last_day)};
}

Days intersection(Days a, Days b) { return {std::max(a.from, b.from), std::min(a.to, b.to)}; }

/// The first stretch of open days of `window` that has not ended before `date`; nothing when all are over.
std::optional<Days> stretch_at_or_after(const Window& window, Days valid, Date date) {
  const Days bounds = intersection(days_of(window), valid);
  if (bounds.to < bounds.from || bounds.to < date) return std::nullopt;
  if (!window.monthly) return bounds;
  const std::chrono::year_month_day start(std::max(bounds.from, date));
  std::chrono::year_month month = start.year() / start.month();
  // A span that starts late in the month (the 30th) may be missing in February, never twice running.
  for (int tried = 0; tried < 3; ++tried, month += std::chrono::months(1)) {
    const Days days = intersection(in_month(*window.monthly, month), bounds);
    if (days.from <= days.to && days.to >= date) return days;
  }
  return std::nullopt;
}

/// Open days, and the window they belong to; null = the item has no windows, its validity is all there is.
struct Stretch {
  Days days;
  const Window* window = nullptr;
};

/// The open stretch on `date`, else the next one, over all windows.
std::optional<Stretch> next_stretch(const ItemContent& item, Date date) {
  const Days valid = validity(item);
  if (item.windows.empty()) return valid.to < date ? std::nullopt : std::optional(Stretch{valid, nullptr});
  std::optional<Days> best;
  const Window* of_best = nullptr;
  for (const Window& window : item.windows) {
    const auto days = stretch_at_or_after(window, valid, date);
    if (!days) continue;
    const bool open = days->contains(date), best_open = best && best->contains(date);
    // Of two that are open, the one that stays open longer.
    if (!best || (open && !best_open) || (open && best_open && days->to > best->to) || (!open && !best_open && days->from < best->from)) {
      best = days;
      of_best = &window;
    }
  }
  return best ? std::optional(Stretch{*best, of_best}) : std::nullopt;
}

bool over(const ItemContent& content, Date date) { return content.valid_to && *content.valid_to < date; }

}  // namespace

WindowState window_at(const ItemContent& item, Date date) {
  const auto next = next_stretch(item, date);
  if (!next) return WindowState::closed;
  return next->days.contains(date) ? WindowState::open : WindowState::not_yet;
}

std::optional<Date> deadline_after(const ItemContent& item, Date date) {
  const auto next = next_stretch(item, date);
  if (!next || next->days.to == last_day) return std::nullopt;
  return next->days.to;
}

std::optional<Date> window_begin(const ItemContent& item, Date date) {
  const auto next = next_stretch(item, date);
  if (!next || next->window == nullptr) return std::nullopt;
  const Date begin = intersection(days_of(*next->window), validity(item)).from;
  return begin == first_day ? std::nullopt : std::optional(begin);
}

Validity validity_of(const Item& item, int version, const Document* document, Date date) {
  if (item.state() == ItemState::withdrawn) return Validity::withdrawn;
  if (document != nullptr && document->repealed_on && *document->repealed_on <= date) return Validity::repealed;
  const ItemVersion* latest = item.latest();
  const ItemVersion* delivered = item.find(version);
  if (latest != nullptr && over(latest->content, date)) return Validity::expired;
  if (latest != nullptr && latest->version > version) return Validity::amended;
  if (delivered != nullptr && over(delivered->content, date)) return Validity::expired;
  return Validity::effective;
}

}  // namespace zhida::policy
