#include "chaos/traffic.hpp"

#include "domain/date_time.hpp"
#include "flow/story.hpp"

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <stdexcept>

namespace zhida::chaos {
namespace {

using namespace std::chrono_literals;
using http::Verb;
using test::Answer;

constexpr std::string_view individuals = "individual";
constexpr std::string_view companies = "company";
constexpr const char* browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36";

/// Later than anything in the sample.
constexpr domain::Date first_patch = std::chrono::year(2026) / 10 / 31;

std::string item_for_individuals() {
  rapidjson::Document item;
  item.Parse(flow::sample_part(flow::settled_item, "item").c_str());
  const std::string rule = fmt::format("p.org_form == \"{}\"", individuals);
  item["rule"].SetString(rule.c_str(), item.GetAllocator());
  return flow::text(item);
}

std::string instant(std::chrono::seconds from_now) {
  return domain::format_instant(std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now() + from_now));
}

}  // namespace

Traffic::Traffic(System& system, Witness& witness, std::uint64_t seed, std::size_t enterprises)
    : system_(system), witness_(witness), seed_(seed), item_(item_for_individuals()) {
  const auto expect = [](bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("the calm beginning failed: ") + what);
  };
  expect(put("document.put", "documents", flow::settled_item, flow::sample_part(flow::settled_item, "document")), "document");
  expect(separate_package("chaos").has_value(), "package");
  flow::Enterprises made = flow::sample_enterprises(0, enterprises);
  usccs_ = std::move(made.usccs);
  const auto uploaded =
      patient(Verb::post, "/operator/v1/enterprises", "data_centre", made.lines, {{"Content-Type", "application/x-ndjson"}});
  expect(uploaded && flow::last_line(uploaded->body)["durable"].GetUint64() == enterprises, "enterprises");
}

void Traffic::start() {
  running_ = true;
  threads_.emplace_back([this] { operate(Random(seed_ + 1)); });
  threads_.emplace_back([this] { operate(Random(seed_ + 2)); });
  threads_.emplace_back([this] { visit(Random(seed_ + 3)); });
  threads_.emplace_back([this] { supply(Random(seed_ + 4)); });
}

void Traffic::stop() {
  running_ = false;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

std::optional<std::string> Traffic::approved(const std::vector<std::string>& list, const std::string& lane, std::chrono::seconds lifetime) {
  Body body;
  body.lane = lane;
  if (lifetime > 0s) body.valid_until = instant(lifetime);
  body.pushed.list = list;
  body.pushed.in_calm = true;
  return approved(body);
}

bool Traffic::launch(const std::string& id) {
  if (!command(id, "launch", "operator")) return false;
  witness_.note([&](Witness::Told& told) { told.campaigns[id].launched = true; });
  return true;
}

void Traffic::operate(Random random) {
  while (running_) {
    push(random);
    rest(std::chrono::milliseconds(500 + random() % 3'500));
  }
}

void Traffic::push(Random& random) {
  const std::uint64_t fate = random() % 100;
  Body body;
  body.lane = random() % 5 == 0 ? "urgent" : random() % 3 == 0 ? "bulk" : "normal";
  const std::uint64_t kind = random() % 10;
  if (kind == 0) {
    body.pushed.org_form = companies;
  } else if (kind == 1) {
    body.pushed.org_form = individuals;
  } else {
    body.pushed.list = some(random, kind == 2 ? usccs_.size() * 2 / 3 : 20 + random() % 300);
  }
  std::optional<std::string> item;
  if (fate >= 90 && !body.pushed.list.empty()) {
    body.pushed.package = fmt::format("chaos-{}", ++serial_);
    item = separate_package(body.pushed.package);
    if (!item) return;
  }
  if (fate >= 82 && fate < 90) body.valid_until = instant(std::chrono::seconds(5 + random() % 5));
  const auto id = approved(body);
  if (!id || !launch(*id)) return;
  const auto moment = std::chrono::milliseconds(random() % 1'200);
  if (fate < 14) {
    rest(moment);
    command(*id, "pause", "operator");
    rest(std::chrono::milliseconds(1'000 + random() % 6'000));
    end_pause(*id);  // also where nobody said that it is paused: it may be all the same
  } else if (fate < 26) {
    rest(moment);
    command(*id, "cancel", "operator");
  } else if (item) {
    rest(moment);
    const auto withdrawn = patient(Verb::post, "/operator/v1/items/" + *item + "/withdraw", "operator", "");
    if (withdrawn && withdrawn->status < 300)
      witness_.note([&](Witness::Told& told) { told.commands.emplace_back("item.withdraw", *item); });
  }
}

void Traffic::end_pause(const std::string& id) {
  // Nobody else would let it go on, and whether it does must not hang on one bad minute.
  for (int attempt = 0; attempt < 20; ++attempt) {
    if (command(id, "resume", "operator")) return;
    const auto now = once(Verb::get, "/operator/v1/campaigns/" + id, "operator");
    if (now && now->status == 200 && flow::text(now->at("state")) != "paused") return;
    std::this_thread::sleep_for(500ms);
  }
}

std::optional<std::string> Traffic::approved(const Body& body) {
  std::string audience;
  if (!body.pushed.list.empty()) {
    std::vector<std::string> quoted;
    for (const std::string& uscc : body.pushed.list) quoted.push_back("\"" + uscc + "\"");
    audience = fmt::format(R"({{"list":[{}]}})", fmt::join(quoted, ","));
  } else if (body.pushed.org_form == individuals) {
    audience = R"({"eligible_for":"any"})";
  } else {
    audience = fmt::format(R"~({{"rule":"p.org_form == \"{}\""}})~", body.pushed.org_form);
  }
  const std::uint64_t number = ++serial_;
  const std::string json =
      fmt::format(R"({{"title":"第{}批","content":{{"title":"减半征收","body":"您可享受六税两费减半"}},"package":"{}","audience":{},)"
                  R"("channels":["page"],"lane":"{}","valid_until":"{}"}})",
                  number, body.pushed.package, audience, body.lane, body.valid_until);
  std::optional<Answer> made;
  for (int attempt = 0; attempt < 20 && (!made || made->status == 409); ++attempt) {
    if (attempt != 0) std::this_thread::sleep_for(300ms);  // the first asking is still being answered
    made =
        patient(Verb::post, "/operator/v1/campaigns", "operator", json, {{"Idempotency-Key", fmt::format("chaos-{}-{}", seed_, number)}});
    if (!made) return std::nullopt;
  }
  if (made->status >= 300) return std::nullopt;
  const std::string id = flow::text(made->at("id"));
  witness_.note([&](Witness::Told& told) {
    told.campaigns[id] = body.pushed;
    told.commands.emplace_back("campaign.create", id);
  });
  if (!command(id, "submit", "operator")) return std::nullopt;
  if (!command(id, "approve", "approver", fmt::format(R"({{"content_hash":"{}"}})", flow::text(made->at("content_hash")))))
    return std::nullopt;
  return id;
}

std::optional<std::string> Traffic::separate_package(const std::string& name) {
  const std::string item = name + "-item";
  if (!put("item.put", "items", item, item_)) return std::nullopt;
  const auto published = patient(Verb::post, "/operator/v1/items/" + item + "/publish", "approver", "");
  if (!published || (published->status >= 300 && published->status != 409)) return std::nullopt;
  if (published->status < 300) read_item(item);
  if (!put("package.put", "packages", name, fmt::format(R"({{"title":"惠企礼包","kind":"gift","items":["{}"]}})", item)))
    return std::nullopt;
  return item;
}

bool Traffic::put(const std::string& kind, const std::string& route, const std::string& id, const std::string& body) {
  const auto answer = patient(Verb::put, "/operator/v1/" + route + "/" + id, "operator", body);
  if (!answer) return false;
  // Put again because the first answer was lost: it stands there already.
  if (answer->status == 428 || answer->status == 409) return true;
  if (answer->status >= 300) return false;
  witness_.note([&](Witness::Told& told) { told.commands.emplace_back(kind, id); });
  return true;
}

bool Traffic::command(const std::string& id, const std::string& verb, const std::string& role, const std::string& body) {
  const auto answer = patient(Verb::post, "/operator/v1/campaigns/" + id + "/" + verb, role, body);
  if (!answer) return false;
  if (answer->status < 300) {
    witness_.note([&](Witness::Told& told) { told.commands.emplace_back("campaign." + verb, id); });
    read_campaign(id, verb);
    return true;
  }
  if (answer->status != 409) return false;
  // Perhaps it was done the first time, and only the answer was lost.
  const auto now = patient(Verb::get, "/operator/v1/campaigns/" + id, "operator", "");
  if (!now || now->status != 200) return false;
  const std::string state = flow::text(now->at("state"));
  if (verb == "submit") return state == "in_review";
  if (verb == "approve") return state == "approved";
  return verb == "launch" && (state == "running" || state == "completed" || state == "expired");
}

void Traffic::visit(Random random) {
  std::map<std::string, std::set<std::string>> seen;
  while (running_) {
    rest(std::chrono::milliseconds(20 + random() % 60));
    const std::string& uscc = usccs_[random() % std::min<std::size_t>(usccs_.size(), 200)];
    const auto inbox = once(Verb::get, "/page/v1/enterprises/" + uscc + "/inbox?limit=1000", "page");
    if (!inbox || inbox->status != 200 || !inbox->at("items").IsArray()) continue;
    const auto& items = inbox->at("items");
    std::set<std::string> now;
    for (const auto& item : items.GetArray()) now.insert(flow::text(item["intent"]));
    // What could be read once can always be read: an answer is late or absent, never wrong.
    for (const std::string& intent : seen[uscc])
      if (!now.contains(intent)) witness_.note([&](Witness::Told& told) { told.wrong.push_back("an inbox has forgotten " + intent); });
    seen[uscc] = now;
    if (items.Empty()) continue;
    const auto& item = items[static_cast<rapidjson::SizeType>(random() % items.Size())];
    if (random() % 3 == 0) {
      once(Verb::get, flow::text(item["link"]), "", "", {{"User-Agent", random() % 4 == 0 ? "curl/8.5.0" : browser}});
      continue;
    }
    const std::string id = fmt::format("e{}", ++serial_);
    const std::string body = fmt::format(R"({{"events":[{{"id":"{}","intent":"{}","item":null,"type":"{}","at":"{}","surface":"home"}}]}})",
                                         id, flow::text(item["intent"]), random() % 4 == 0 ? "seen" : "impression", flow::now_text());
    const auto answer = patient(Verb::post, "/page/v1/engagements", "page", body);
    if (!answer || answer->status != 202 || answer->at("accepted").GetInt() != 1) continue;
    witness_.note([&](Witness::Told& told) { told.engagements.push_back(id); });
    if (random() % 8 == 0) once(Verb::post, "/page/v1/engagements", "page", body);
  }
}

void Traffic::supply(Random random) {
  const test::HeaderList lines{{"Content-Type", "application/x-ndjson"}};
  std::uint64_t fresh = 0;
  std::map<std::string, int> patches;
  while (running_) {
    rest(std::chrono::milliseconds(30 + random() % 120));
    const auto value = static_cast<std::int64_t>(1'000 + ++serial_);
    const std::uint64_t what = random() % 10;
    std::string uscc = usccs_[random() % usccs_.size()];
    // Each is newer than the one before, so that a double of an older one changes nothing.
    const std::string as_of = domain::format_date(first_patch + std::chrono::days(++patches[uscc]));
    const std::string attributes =
        fmt::format(R"("attributes":{{"employees":{{"value":{},"source":"人社局","as_of":"{}"}}}})", value, as_of);
    if (what < 7) {
      const auto answer = patient(Verb::patch, "/operator/v1/enterprises/" + uscc, "data_centre", "{" + attributes + "}");
      if (!answer || answer->status != 200) continue;
    } else if (what == 7) {
      uscc = flow::sample_enterprises(1'000'000 + fresh++, 1).usccs.front();
      const auto answer =
          patient(Verb::post, "/operator/v1/enterprises", "data_centre", fmt::format("{{\"uscc\":\"{}\",{}}}\n", uscc, attributes), lines);
      if (!answer || answer->status != 200) continue;
      const rapidjson::Document last = flow::last_line(answer->body);
      if (!last.IsObject() || !last.HasMember("durable") || last["durable"].GetInt() != 1) continue;
    } else {
      const std::string id = fmt::format("o{}", ++serial_);
      const auto answer =
          patient(Verb::post, "/operator/v1/outcomes", "data_centre",
                  fmt::format("{{\"id\":\"{}\",\"uscc\":\"{}\",\"item\":\"chaos-item\",\"version\":1,\"type\":\"{}\",\"at\":\"{}\"}}\n", id,
                              uscc, random() % 2 == 0 ? "applied" : "granted", flow::now_text()),
                  lines);
      if (!answer || answer->status != 200) continue;
      const rapidjson::Document last = flow::last_line(answer->body);
      if (last.IsObject() && last.HasMember("durable") && last["durable"].GetInt() == 1)
        witness_.note([&](Witness::Told& told) { told.outcomes.push_back(id); });
      continue;
    }
    witness_.note([&](Witness::Told& told) { told.employees.emplace_back(uscc, value); });
    read_profile(uscc, value);
  }
}

void Traffic::read_campaign(const std::string& id, const std::string& verb) {
  // Nobody else changes it but time: what it may be now.
  static const std::map<std::string, std::set<std::string>> later{
      {"submit", {"in_review", "expired"}},
      {"approve", {"approved", "expired"}},
      {"launch", {"running", "completed", "expired"}},
      {"pause", {"paused", "expired"}},
      {"resume", {"running", "completed", "expired"}},
      {"cancel", {"cancelled"}},
  };
  const auto answer = once(Verb::get, "/operator/v1/campaigns/" + id, "operator");
  if (!answer || answer->status >= 500) return;
  witness_.note([](Witness::Told& told) { ++told.read_back; });
  const std::string state = answer->status == 200 ? flow::text(answer->at("state")) : std::to_string(answer->status);
  if (!later.at(verb).contains(state)) contradicts(fmt::format("{} of {} was acknowledged, then it was {}", verb, id, state));
}

void Traffic::read_item(const std::string& id) {
  const auto answer = once(Verb::get, "/page/v1/items/" + id, "page");
  if (!answer || answer->status >= 500) return;
  witness_.note([](Witness::Told& told) { ++told.read_back; });
  if (answer->status != 200) contradicts(fmt::format("{} was published, then the page answered {}", id, answer->status));
}

void Traffic::read_profile(const std::string& uscc, std::int64_t employees) {
  const auto answer = once(Verb::get, "/operator/v1/enterprises/" + uscc, "data_centre");
  if (!answer || answer->status >= 500) return;
  witness_.note([](Witness::Told& told) { ++told.read_back; });
  const auto& value = answer->at("attributes", "employees", "value");
  if (answer->status != 200 || !value.IsInt64() || value.GetInt64() != employees)
    contradicts(fmt::format("{} has {} employees by a patch that was acknowledged, then it had {}", uscc, employees,
                            answer->status == 200 ? flow::text(value) : std::to_string(answer->status)));
}

void Traffic::contradicts(std::string what) {
  witness_.note([&](Witness::Told& told) { told.wrong.push_back(std::move(what)); });
}

std::optional<Answer> Traffic::patient(Verb verb, const std::string& target, const std::string& role, const std::string& body,
                                       const test::HeaderList& headers) {
  const auto deadline = Clock::now() + 60s;
  for (;;) {
    auto answer = once(verb, target, role, body, headers);
    if ((answer && answer->status < 500) || Clock::now() > deadline)
      return answer && answer->status < 500 ? std::move(answer) : std::nullopt;
    std::this_thread::sleep_for(150ms);
  }
}

std::optional<Answer> Traffic::once(Verb verb, const std::string& target, const std::string& role, const std::string& body,
                                    const test::HeaderList& headers) {
  auto answer = system_.ask(verb, target, role, body, headers);
  const bool served = answer && answer->status < 500;
  witness_.note([&](Witness::Told& told) { ++(served ? told.answers : told.refused); });
  return answer;
}

void Traffic::rest(std::chrono::milliseconds time) const {
  const auto end = Clock::now() + time;
  while (running_ && Clock::now() < end) std::this_thread::sleep_for(std::min<Clock::duration>(20ms, end - Clock::now()));
}

std::vector<std::string> Traffic::some(Random& random, std::size_t count) const {
  std::vector<std::string> chosen;
  std::ranges::sample(usccs_, std::back_inserter(chosen), static_cast<std::ptrdiff_t>(count), random);
  return chosen;
}

}  // namespace zhida::chaos
