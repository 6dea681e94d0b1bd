#include "domain/calendar/work_calendar.hpp"

#include "matching/csv.hpp"
#include "matching/date.hpp"

#include <boost/system/error_category.hpp>

#include <algorithm>
#include <map>

namespace zhida::calendar {
namespace {

using std::chrono::days;

class Category final : public boost::system::error_category {
  const char* name() const noexcept override { return "zhida.calendar"; }
  std::string message(int code) const override {
    switch (static_cast<CalendarError>(code)) {
      case CalendarError::outside:
        return "the day lies outside the working calendar";
      case CalendarError::malformed:
        return "the table of working days is malformed";
    }
    return "unknown calendar error";
  }
};

}  // namespace

boost::system::error_code make_error_code(CalendarError error) {
  static const Category category;
  return {static_cast<int>(error), category};
}

boost::system::result<WorkCalendar> WorkCalendar::parse(std::string_view csv) {
  const matching::CsvResult parsed = matching::parse_csv(csv);
  if (!parsed.table || parsed.table->rows.empty()) return CalendarError::malformed;
  const auto date = parsed.table->column("date"), kind = parsed.table->column("kind");
  if (!date || !kind) return CalendarError::malformed;
  std::map<Day, bool> works;
  for (const auto& row : parsed.table->rows) {
    const auto day = matching::parse_date(row[*date]);
    const bool makeup = row[*kind] == "makeup_workday";
    if (!day || (!makeup && row[*kind] != "holiday") || !works.emplace(*day, makeup).second) return CalendarError::malformed;
  }
  using namespace std::chrono;
  WorkCalendar calendar;
  calendar.first_ = year_month_day(works.begin()->first).year() / January / 1;
  calendar.last_ = year_month_day(works.rbegin()->first).year() / December / 31;
  int worked = 0;
  for (Day day = calendar.first_; day <= calendar.last_; day += days(1)) {
    const unsigned of_week = weekday(day).iso_encoding();
    const auto exception = works.find(day);
    worked += exception != works.end() ? exception->second : of_week <= 5;
    calendar.worked_until_.push_back(worked);
  }
  return calendar;
}

boost::system::result<int> WorkCalendar::worked_until(Day day) const {
  if (day < first_ || day > last_) return CalendarError::outside;
  return worked_until_[static_cast<std::size_t>((day - first_).count())];
}

boost::system::result<bool> WorkCalendar::is_workday(Day day) const {
  const auto until = worked_until(day);
  if (!until) return CalendarError::outside;
  return *until > (day == first_ ? 0 : *worked_until(day - days(1)));
}

boost::system::result<int> WorkCalendar::workdays_between(Day from, Day to) const {
  const auto before = worked_until(from), after = worked_until(to);
  if (!before || !after) return CalendarError::outside;
  return *after - *before;
}

boost::system::result<Day> WorkCalendar::add_workdays(Day from, int n) const {
  const auto worked = worked_until(from);
  if (!worked) return CalendarError::outside;
  // The working day number k is the first day until which k days were worked.
  const bool on_workday = *is_workday(from);
  std::int64_t wanted = std::int64_t{*worked} + n;
  if (n == 0 && !on_workday) ++wanted;
  if (n < 0 && !on_workday) ++wanted;
  if (wanted < 1 || wanted > worked_until_.back()) return CalendarError::outside;
  const auto found = std::ranges::lower_bound(worked_until_, static_cast<int>(wanted));
  return first_ + days(found - worked_until_.begin());
}

}  // namespace zhida::calendar
