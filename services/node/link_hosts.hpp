#pragma once

#include <string>
#include <vector>

namespace zhida::node {

/// The hosts that links may lead to: all below gov.cn, those of the sample's links, and `others`.
std::vector<std::string> link_hosts(std::vector<std::string> others);

}  // namespace zhida::node
