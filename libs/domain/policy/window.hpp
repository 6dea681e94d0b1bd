#pragma once

#include "domain/policy/item.hpp"

#include <cstdint>

namespace zhida::policy {

struct Document;

/// Whether applications are taken on a day. Between two windows: `not_yet`.
enum class WindowState : std::uint8_t { open, not_yet, closed };

/// The days of a period bounded by moments: an instant counts with its day in Asia/Shanghai; one that ends at midnight ends the day before.
WindowState window_at(const ItemContent& item, domain::Date date);

/// The last day on which the item can still be had as seen from `date`: the end of the window that is open, else of the next one, never
/// beyond the item's validity. Nothing without an end, or when everything is over.
std::optional<domain::Date> deadline_after(const ItemContent& item, domain::Date date);

/// The first day of the window that is open on `date`, else of the next one; days of the month within a window are part of one window.
/// Nothing for an item without windows, for a window without a first day, or when everything is over.
std::optional<domain::Date> window_begin(const ItemContent& item, domain::Date date);

/// What a reader is told about a delivered version of an item, in order of strength: withdrawn, repealed, expired, amended, effective.
enum class Validity : std::uint8_t { effective, amended, repealed, expired, withdrawn };

/// `version` is a published version of `item`, `document` its document (null = none or not known).
///
/// Amended: a later version is published; when the latest is over too, the item as such has expired.
Validity validity_of(const Item& item, int version, const Document* document, domain::Date date);

}  // namespace zhida::policy

template <>
struct zhida::domain::EnumNames<zhida::policy::WindowState> {
  static constexpr std::array<std::string_view, 3> names{"open", "not_yet", "closed"};
};
template <>
struct zhida::domain::EnumNames<zhida::policy::Validity> {
  static constexpr std::array<std::string_view, 5> names{"effective", "amended", "repealed", "expired", "withdrawn"};
};
