#pragma once

#include "node/data_directory.hpp"

#include <string>

namespace zhida::standalone {

struct NewKey {
  std::string role;
  std::string bureau = "qfb";
  std::string region;  ///< empty = no limit
  std::string id;      ///< empty = one is made
};

/// Makes an API key and prints it, once; only its hash is kept. A running system accepts it within a second.
/// Throws `CommandFailed` for an unknown role, bureau or region, or an id that exists.
void add_key(const node::DataDirectory& directory, const NewKey& key);

/// Makes what a cluster's services need of `directory`, which is made too: the master key and, with `trial`, a key for each role in
/// `dev-keys.json`. What is there already stays. Prints file names, never a secret. Throws `CommandFailed`.
void prepare_keys(const node::DataDirectory& directory, bool trial);

/// Prints id, role, bureau and region of each key.
void list_keys(const node::DataDirectory& directory);

/// A running system refuses the key within a second. Throws `CommandFailed` if there is none of that id.
void remove_key(const node::DataDirectory& directory, const std::string& id);

}  // namespace zhida::standalone
