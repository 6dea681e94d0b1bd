#pragma once

#include "platform/auth/role.hpp"

namespace zhida::operators {

// Who may use the operator routes, after the public interface's list of roles.

inline constexpr auth::Roles authors{auth::Role::operator_, auth::Role::admin};    ///< write, submit, launch
inline constexpr auth::Roles approvers{auth::Role::approver, auth::Role::admin};  ///< approve, reject, publish
inline constexpr auth::Roles readers{auth::Role::operator_, auth::Role::approver, auth::Role::auditor, auth::Role::admin};
inline constexpr auth::Roles suppliers{auth::Role::data_centre, auth::Role::admin};
inline constexpr auth::Roles determiners{auth::Role::data_centre, auth::Role::operator_, auth::Role::admin};
inline constexpr auth::Roles profile_readers{auth::Role::data_centre, auth::Role::auditor, auth::Role::admin};

/// Tries a rule that is not written into anything: those who write rules and those who have to judge them.
inline constexpr auth::Roles rule_writers{auth::Role::operator_, auth::Role::approver, auth::Role::admin};
inline constexpr auth::Roles dictionary_readers{auth::Role::data_centre, auth::Role::operator_, auth::Role::approver, auth::Role::auditor,
                                                auth::Role::admin};

}  // namespace zhida::operators
