#pragma once

#include "bench/matching/bench.hpp"

namespace zhida::bench {

/// All pairs of the first 2,000 profiles by pages and by blocks; those of the first 100 also by the reference.
void check_answers(Bench& bench);

/// One profile against all rules.
void measure_pages(Bench& bench);
/// All rules against all profiles, on one thread and on two.
void measure_cross(Bench& bench);
/// One rule against all profiles.
void measure_audiences(Bench& bench);
/// The same audiences by DuckDB: its counts must be ours.
void measure_duckdb(Bench& bench);
/// What the edit of a rule changes for all profiles.
void measure_edits(Bench& bench);
/// Why a profile is not eligible.
void measure_explanations(Bench& bench);
/// Changes of rules and profiles until they are seen. Leaves the engine with another epoch than the bench's.
void measure_updates(Bench& bench);
void measure_memory(Bench& bench);

}  // namespace zhida::bench
