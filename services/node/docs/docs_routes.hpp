#pragma once

#include "platform/http/router.hpp"

namespace zhida::node {

/// The documentation of every route at `/docs`: a page, its style and script, and the OpenAPI document that it draws. All of it is part
/// of the program; the page asks no other host for anything and may run no script but its own. Open to anybody.
class DocsRoutes {
 public:
  void add_to(http::Router& router) const;
};

}  // namespace zhida::node
