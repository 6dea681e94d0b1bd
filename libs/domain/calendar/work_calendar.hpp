#pragma once

#include <boost/system/result.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace zhida::calendar {

using Day = std::chrono::sys_days;

enum class CalendarError {
  outside = 1,  ///< a day the calendar does not cover; it is never guessed
  malformed,    ///< the CSV text is not a calendar
};

boost::system::error_code make_error_code(CalendarError error);

/// Working days as the State Council arranges them: the week, less public holidays, plus make-up workdays (调休).
/// Covers whole years, from the first to the last year its table names.
class WorkCalendar {
 public:
  /// `csv`: columns date and kind (`holiday`, `makeup_workday`), exceptions only. Errors: malformed.
  static boost::system::result<WorkCalendar> parse(std::string_view csv);

  Day first() const { return first_; }
  Day last() const { return last_; }

  /// Errors: outside.
  boost::system::result<bool> is_workday(Day day) const;

  /// Working days after `from`, up to and including `to`: what is left when today is `from` and `to` is the last day. Negative when `to`
  /// lies before `from`: minus the working days after `to` up to and including `from`. Errors: outside.
  boost::system::result<int> workdays_between(Day from, Day to) const;

  /// The `n`-th working day after `from` (n > 0) or before it (n < 0); for 0, `from` itself if it is one, else the next one. Errors:
  /// outside.
  boost::system::result<Day> add_workdays(Day from, int n) const;

 private:
  boost::system::result<int> worked_until(Day day) const;

  Day first_, last_;
  std::vector<int> worked_until_;  ///< working days from `first_` up to and including the day
};

}  // namespace zhida::calendar

template <>
struct boost::system::is_error_code_enum<zhida::calendar::CalendarError> : std::true_type {};
