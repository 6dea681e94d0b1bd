#include "platform/http/exchange.hpp"

#include "platform/http/session.hpp"

#include <utility>

namespace zhida::http {

Request& Exchange::request() { return session_.request(); }
boost::asio::awaitable<boost::system::result<std::string_view>> Exchange::read_some() { return session_.read_some(); }
void Exchange::start(const Response& head) { session_.start(head); }
bool Exchange::started() const { return session_.head_begun(); }
void Exchange::push(std::string_view bytes) { session_.push(bytes); }
boost::asio::awaitable<void> Exchange::write(std::string_view bytes) { return session_.write(bytes); }
std::size_t Exchange::unsent() const { return session_.unsent(); }
void Exchange::respond(Response response) { session_.respond_whole(std::move(response)); }
bool Exchange::should_stop() const { return session_.should_stop(); }

}  // namespace zhida::http
