#include "services/page/page_world.hpp"

#include <set>

namespace zhida::page {
namespace {

using auth::Role;

class PageRoutes : public PageWorld {};

TEST_F(PageRoutes, AdmitTheRolesTheyAreFor) {
  run([](PageRoutes& t) -> asio::awaitable<void> {
    const std::string enterprise = "/page/v1/enterprises/" + std::string(code(1).text());
    const std::set<Role> page = {Role::page, Role::admin}, readers = {Role::page, Role::auditor, Role::admin},
                         checkups = {Role::page, Role::operator_, Role::approver, Role::auditor, Role::admin};
    const std::vector<std::pair<std::string, std::set<Role>>> gets = {
        {enterprise + "/inbox", page},  {enterprise + "/checkup", checkups}, {enterprise + "/checkup/A", checkups},
        {"/page/v1/policies", readers}, {"/page/v1/items/A", readers},       {"/page/v1/documents/A", readers}};
    for (const auto& [target, admitted] : gets)
      for (const Role role : auth::all_roles) {
        const http::ClientResponse answer = co_await t.get(target, role);
        EXPECT_EQ(answer.status != http::Status::forbidden, admitted.contains(role)) << target << " " << auth::name_of(role);
      }
    const std::vector<std::pair<std::string, std::set<Role>>> posts = {
        {enterprise + "/checkup", {Role::page, Role::operator_, Role::admin}}, {"/page/v1/engagements", page}};
    for (const auto& [target, admitted] : posts)
      for (const Role role : auth::all_roles) {
        const http::ClientResponse answer = co_await t.post(target, "{}", role);
        EXPECT_EQ(answer.status != http::Status::forbidden, admitted.contains(role)) << target << " " << auth::name_of(role);
      }
    const http::ClientResponse without_key = co_await t.click(enterprise + "/inbox");
    EXPECT_EQ(without_key.status, http::Status::unauthorised);
  }(*this));
}

}  // namespace
}  // namespace zhida::page
