#include "standalone/sample/generate.hpp"

#include "schemas/files.hpp"
#include "standalone/client/api_client.hpp"
#include "standalone/sample/generator.hpp"

#include <string>

namespace zhida::standalone {

void generate_sample(SampleSettings settings, std::FILE* out) {
  const auto industries = enterprise::IndustryTree::parse(schemas::file("reference/industries.csv"));
  const SampleGenerator generator(industries.value(), settings.seed);
  constexpr std::size_t piece_bytes = 1 << 20;
  std::string piece;
  const auto flush = [&] {
    if (std::fwrite(piece.data(), 1, piece.size(), out) != piece.size()) throw CommandFailed("the lines cannot be written");
    piece.clear();
  };
  for (std::uint64_t index = 0; index < settings.enterprises; ++index) {
    generator.append_line(index, piece);
    if (piece.size() > piece_bytes) flush();
  }
  flush();
  if (std::fflush(out) != 0) throw CommandFailed("the lines cannot be written");
}

}  // namespace zhida::standalone
