#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <thread>

namespace zhida::gateway {

/// A connection on which HTTP is spoken by hand; what does not come within ten seconds is not waited for.
class Wire {
 public:
  using Stream = boost::asio::ip::tcp::iostream;

  /// The head of a message.
  struct Head {
    std::string line;                           ///< the first one; empty: the other side is gone
    std::map<std::string, std::string> fields;  ///< names in lower case

    int status() const { return line.size() > 12 ? std::atoi(line.c_str() + 9) : 0; }
    std::string target() const {
      const auto begin = line.find(' ') + 1;
      return line.substr(begin, line.find(' ', begin) - begin);
    }
    std::string field(const std::string& name) const {
      const auto found = fields.find(name);
      return found == fields.end() ? "" : found->second;
    }
    bool chunked() const { return field("transfer-encoding") == "chunked"; }
  };

  explicit Wire(Stream& stream) : stream_(stream) {}

  /// Sends at once, in a segment of its own.
  void send(std::string_view text) {
    stream_.expires_after(patience);
    stream_ << text << std::flush;
  }
  void send_chunk(std::string_view data) {
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    send(size);
    // Its size stands alone for a moment: whoever passes it on has nothing of the body yet.
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    send(std::string(data) + "\r\n");
  }

  Head read_head() {
    Head head;
    head.line = read_line();
    for (std::string line = read_line(); !line.empty(); line = read_line()) {
      const auto colon = line.find(':');
      std::string name = line.substr(0, colon);
      for (char& each : name) each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
      head.fields[name] = colon == std::string::npos ? "" : line.substr(colon + 2);
    }
    return head;
  }

  /// The next chunk's data; empty: the last one.
  std::string read_chunk() {
    std::string data = read(std::strtoul(read_line().c_str(), nullptr, 16));
    read_line();
    return data;
  }

  /// The whole body; `came` is told each piece's length.
  template <class Came>
  std::string read_body(const Head& head, Came came) {
    std::string body;
    if (!head.chunked()) {
      body = read(std::strtoul(head.field("content-length").c_str(), nullptr, 10));
      came(body.size());
      return body;
    }
    for (std::string chunk = read_chunk(); !chunk.empty(); chunk = read_chunk()) {
      came(chunk.size());
      body += chunk;
    }
    return body;
  }
  std::string read_body(const Head& head) {
    return read_body(head, [](std::size_t) {});
  }

  /// How many bytes come although nothing was asked.
  std::size_t unasked() {
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    return static_cast<std::size_t>(stream_.rdbuf()->in_avail()) + stream_.socket().available();
  }

 private:
  static constexpr std::chrono::seconds patience{10};

  std::string read_line() {
    stream_.expires_after(patience);
    std::string line;
    std::getline(stream_, line);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  std::string read(std::size_t length) {
    stream_.expires_after(patience);
    std::string data(length, '\0');
    stream_.read(data.data(), static_cast<std::streamsize>(length));
    data.resize(static_cast<std::size_t>(stream_.gcount()));
    return data;
  }

  Stream& stream_;
};

}  // namespace zhida::gateway
