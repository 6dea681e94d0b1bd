#pragma once

#include <filesystem>

namespace zhida::test {

/// The folder that holds README.md, schemas and tests.
std::filesystem::path repository();

/// The folder that this test program was built in; the program is `services/zhida` below it.
std::filesystem::path build();

}  // namespace zhida::test
