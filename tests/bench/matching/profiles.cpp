#include "bench/matching/workload.hpp"

#include <set>

namespace zhida::bench {
namespace {

using Numbers = std::vector<std::int32_t>;

/// Division, group, class.
std::int32_t code(Random& random, const Ranks& divisions) {
  const std::uint32_t division = divisions.draw(random) + 1, group = random.below(6), last = random.below(5);
  return static_cast<std::int32_t>(division * 100 + group * 10 + last);
}

class Attributes {
 public:
  void word(const char* name, std::int32_t words, std::uint32_t missing, int weight) {
    made.push_back({name, Type::word, 0, words - 1, missing, {}, {}, weight});
  }
  void code(const char* name, std::uint32_t missing, int weight) { made.push_back({name, Type::code, 0, 9999, missing, {}, {}, weight}); }
  void number(const char* name, std::uint32_t missing, int weight, Numbers quantiles, Numbers thresholds, Type type = Type::number) {
    made.push_back({name, type, quantiles.front(), quantiles.back(), missing, quantiles, std::move(thresholds), weight});
  }
  void date(const char* name, std::uint32_t missing, int weight, Numbers quantiles) {
    Numbers years;
    for (int year = 2000; year <= 2025; ++year) years.push_back((year - 1980) * 365 + (year - 1980) / 4 + 1);
    number(name, missing, weight, std::move(quantiles), std::move(years), Type::date);
  }
  void tags(const char* name, std::int32_t words, std::uint32_t missing, int weight) {
    made.push_back({name, Type::tags, 0, words - 1, missing, {}, {}, weight});
  }
  void boolean(const char* name, std::uint32_t missing, int weight) {
    made.push_back({name, Type::boolean, 0, 1, missing, {}, {}, weight});
  }
  std::vector<Attribute> made;
};

}  // namespace

std::vector<Attribute> make_attributes() {
  Attributes a;
  a.word("province", 31, 0, 0);
  a.word("city", 341, 20, 0);
  a.word("company_type", 12, 0, 6);
  a.word("size_class", 4, 30, 8);
  a.word("listed_board", 7, 50, 3);
  a.word("credit_rating", 6, 300, 5);
  a.word("ownership", 8, 50, 4);
  a.word("tax_rating", 5, 200, 5);
  a.word("park", 200, 450, 0);
  a.word("legal_status", 5, 0, 6);
  a.word("chain_role", 16, 400, 3);
  a.word("env_rating", 4, 500, 2);
  a.code("industry", 20, 0);
  a.code("product", 350, 4);
  a.number("employees", 40, 12, {0, 2, 4, 6, 9, 12, 16, 22, 30, 42, 60, 90, 140, 230, 450, 1200, 50000},
           {10, 20, 50, 100, 150, 200, 300, 500, 1000, 2000});
  a.number("revenue", 60, 14, {0, 20, 60, 120, 200, 320, 480, 700, 1000, 1500, 2300, 3600, 6000, 11000, 25000, 80000, 5000000},
           {100, 200, 300, 500, 1000, 2000, 3000, 5000, 10000, 20000, 40000, 100000});
  a.number("rd_ratio", 250, 10, {0, 0, 0, 2, 5, 9, 14, 20, 27, 34, 42, 51, 63, 80, 110, 180, 1000}, {10, 20, 30, 40, 50, 60, 80, 100, 150});
  a.number("patents", 80, 8, {0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 5, 8, 12, 20, 38, 90, 6000}, {1, 2, 3, 5, 6, 10, 15, 20, 30, 50, 100});
  a.number("reg_capital", 20, 7, {1, 10, 30, 50, 80, 100, 200, 300, 500, 500, 1000, 1000, 2000, 3000, 5000, 10000, 900000},
           {50, 100, 200, 500, 1000, 2000, 5000, 10000, 50000});
  a.number("tax_paid", 200, 6, {0, 0, 1, 3, 6, 10, 16, 25, 38, 56, 85, 130, 210, 380, 800, 2600, 400000},
           {10, 20, 50, 100, 200, 500, 1000, 5000});
  a.number("growth", 300, 5, {-900, -400, -230, -140, -80, -40, -10, 10, 40, 70, 110, 160, 220, 310, 460, 900, 9000},
           {0, 50, 100, 150, 200, 300, 500});
  a.number("export_share", 350, 3, {0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 40, 90, 160, 260, 420, 700, 1000}, {50, 100, 200, 300, 500});
  a.number("profit", 150, 4, {-90000, -2000, -400, -120, -30, -5, 3, 12, 30, 60, 110, 200, 380, 800, 2000, 8000, 900000},
           {0, 50, 100, 300, 500, 1000, 3000});
  a.number("debt_ratio", 280, 4, {0, 60, 120, 180, 240, 300, 350, 400, 450, 500, 550, 600, 660, 720, 800, 920, 2500},
           {400, 500, 600, 650, 700, 750, 800});
  a.number("rd_staff_ratio", 320, 5, {0, 0, 0, 5, 15, 30, 50, 70, 95, 120, 150, 185, 230, 290, 370, 520, 1000},
           {50, 100, 150, 200, 300, 400});
  a.number("ip_count", 120, 6, {0, 0, 0, 0, 1, 1, 2, 3, 4, 6, 9, 13, 19, 30, 52, 110, 8000}, {1, 3, 5, 6, 10, 15, 20, 50});
  a.date("established", 0, 14,
         {365, 3600, 5100, 6400, 7300, 8100, 8900, 9700, 10500, 11200, 11900, 12500, 13100, 13800, 14500, 15400, 16700});
  a.date("last_funding", 500, 3,
         {7300, 9000, 10500, 11400, 12000, 12500, 13000, 13400, 13800, 14200, 14600, 14900, 15200, 15600, 16000, 16300, 16700});
  a.date("cert_expiry", 400, 4,
         {14600, 15000, 15300, 15600, 15800, 16000, 16200, 16400, 16500, 16600, 16700, 16800, 17000, 17200, 17400, 17700, 18200});
  a.date("last_audit", 350, 3,
         {11000, 12500, 13500, 14200, 14600, 15000, 15300, 15500, 15700, 15900, 16050, 16200, 16300, 16400, 16500, 16600, 16700});
  a.tags("qualifications", 60, 50, 14);
  a.tags("technologies", 300, 150, 9);
  a.tags("certifications", 120, 100, 6);
  a.tags("violations", 24, 100, 7);
  a.boolean("has_rd_center", 100, 4);
  a.boolean("tax_compliant", 50, 6);
  a.boolean("exporter", 200, 3);
  a.boolean("listed_plan", 300, 2);
  a.boolean("green", 250, 2);
  a.boolean("in_arrears", 150, 4);
  return std::move(a.made);
}

namespace {

constexpr std::size_t province = 0, city = 1, size_class = 3, legal_status = 9;

class ProfileMaker {
 public:
  ProfileMaker(const std::vector<Attribute>& attributes, std::uint64_t seed, std::uint64_t stream)
      : attributes_(attributes), random_(seed, stream) {
    for (const Attribute& attribute : attributes) {
      const bool worded = attribute.type == Type::tags || attribute.type == Type::word;
      flat_.emplace_back(worded ? static_cast<std::uint32_t>(attribute.greatest + 1) : 1, 10);
      steep_.emplace_back(attribute.type == Type::tags ? static_cast<std::uint32_t>(attribute.greatest + 1) : 1, 1);
    }
    profiles_.columns.resize(attributes.size());
    profiles_.offsets.resize(attributes.size());
    profiles_.tags.resize(attributes.size());
    for (std::size_t i = 0; i < attributes.size(); ++i)
      if (attributes[i].type == Type::tags) profiles_.offsets[i].push_back(0);
  }

  Profiles make(std::size_t count) {
    profiles_.count = count;
    for (auto& column : profiles_.columns) column.reserve(count);
    for (std::size_t p = 0; p < count; ++p) add();
    return std::move(profiles_);
  }

 private:
  void add() {
    province_ = 0;
    std::int32_t employees = missing;
    for (std::size_t i = 0; i < attributes_.size(); ++i) {
      const Attribute& attribute = attributes_[i];
      if (attribute.type == Type::tags) {
        add_tags(i);
        continue;
      }
      std::int32_t value = draw(i);
      if (attribute.missing_per_mille && random_.per_mille(attribute.missing_per_mille)) value = missing;
      profiles_.columns[i].push_back(value);
      if (attribute.name == "employees") employees = value;
    }
    std::int32_t& size = profiles_.columns[size_class].back();
    if (size != missing) size = size_of(employees);
  }

  std::int32_t size_of(std::int32_t employees) {
    if (employees == missing) return static_cast<std::int32_t>(random_.below(4));
    if (employees < 20) return 0;
    if (employees < 300) return 1;
    return employees < 1000 ? 2 : 3;
  }

  std::int32_t draw(std::size_t i) {
    const Attribute& attribute = attributes_[i];
    switch (attribute.type) {
      case Type::code:
        return code(random_, divisions_);
      case Type::number:
      case Type::date:
        return interpolated(attribute.quantiles, random_);
      case Type::boolean:
        return random_.percent(attribute.name == "in_arrears" ? 8 : attribute.name == "tax_compliant" ? 85 : 30);
      default:
        break;
    }
    if (i == province) return province_ = static_cast<std::int32_t>(flat_[0].draw(random_));
    if (i == city) return province_ * 11 + static_cast<std::int32_t>(random_.below(11));
    if (i == size_class) return -1;  // follows the employees
    if (i == legal_status) return random_.percent(90) ? 0 : static_cast<std::int32_t>(1 + random_.below(4));
    return static_cast<std::int32_t>(flat_[i].draw(random_));
  }

  void add_tags(std::size_t i) {
    const Attribute& attribute = attributes_[i];
    std::uint32_t draws = 0;
    if (attribute.name == "violations") {
      if (!random_.percent(85)) draws = 1 + random_.below(3);
    } else {
      draws = random_.below(9);
    }
    std::set<std::uint16_t> tags;
    for (std::uint32_t j = 0; j < draws; ++j) tags.insert(static_cast<std::uint16_t>(steep_[i].draw(random_)));
    const bool is_missing = random_.per_mille(attribute.missing_per_mille);
    if (!is_missing) profiles_.tags[i].insert(profiles_.tags[i].end(), tags.begin(), tags.end());
    profiles_.offsets[i].push_back(static_cast<std::uint32_t>(profiles_.tags[i].size()));
    profiles_.columns[i].push_back(is_missing ? missing : 0);
  }

  const std::vector<Attribute>& attributes_;
  Random random_;
  std::vector<Ranks> flat_, steep_;
  Ranks divisions_{96, 10};
  std::int32_t province_ = 0;
  Profiles profiles_;
};

}  // namespace

std::int32_t interpolated(const std::vector<std::int32_t>& quantiles, Random& random) {
  const std::uint32_t draw = random.below(65536), knot = draw >> 12U, part = draw & 4095U;
  const std::int64_t width = std::int64_t{quantiles[knot + 1]} - quantiles[knot];
  return quantiles[knot] + static_cast<std::int32_t>(width * part / 4096);
}

Profiles make_profiles(const std::vector<Attribute>& attributes, std::size_t count, std::uint64_t seed, std::uint64_t stream) {
  return ProfileMaker(attributes, seed, stream).make(count);
}

}  // namespace zhida::bench
