#pragma once

#include "cel/environment.hpp"
#include "domain/calendar/work_calendar.hpp"
#include "domain/enterprise/industry_tree.hpp"

#include <chrono>
#include <memory>

namespace zhida::policy {

/// The functions of the language and those of policy text:
/// - `under(code, "39")`: the GB/T 4754 code lies in the section, division, group or class; the second argument is a literal of the
/// standard.
/// - `years_since(date, asof)`: whole years, the anniversary included. Where a year has no 29 February its 28 February is the anniversary
///   (Civil Code, art. 202: without a corresponding day, the last day of the month). Negative when the date lies ahead, rounded down.
/// - `workdays_until(date, asof)`: working days after asof up to and including date; a day outside the calendar is an error.
/// Days are days in Asia/Shanghai.
cel::Registry functions(std::shared_ptr<const enterprise::IndustryTree> industries, std::shared_ptr<const calendar::WorkCalendar> calendar);

/// Whole years from `from` to `to`, as `years_since` counts them.
int years_between(std::chrono::sys_days from, std::chrono::sys_days to);

}  // namespace zhida::policy
