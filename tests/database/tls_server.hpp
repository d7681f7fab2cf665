// SPDX-License-Identifier: MIT
#pragma once

// A PostgreSQL server on a free port of the loopback that takes nothing but TLS, with a certificate
// for the name localhost, its authority, a certificate for the role clerk, and an authority that
// has nothing to do with them. The role clerk needs its certificate, the role reader its password.

#include <string>

class TlsServer
{
public:
    TlsServer();
    ~TlsServer();
    TlsServer(TlsServer const&) = delete;
    TlsServer& operator=(TlsServer const&) = delete;

    /// A file of its folder: `ca.crt`, `other_ca.crt`, `clerk.crt`, `clerk.key`, `stranger.crt`, …
    std::string file(std::string const& name) const { return folder_ + "/" + name; }
    /// Through TLS, by the name of the certificate; `more` are further keywords.
    std::string url(std::string const& user, std::string const& more = {}) const;
    /// With clerk's certificate.
    std::string clerk(std::string const& more = {}) const;
    /// Runs SQL as the superuser, beside TLS.
    void exec(std::string const& sql) const;
    int port() const noexcept { return port_; }

private:
    void make_certificates() const;

    std::string folder_;
    int port_;
};
