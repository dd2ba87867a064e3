
-- Dovecot takes every connection from the machine itself for a secure one, whatever `ssl` says.
-- Here only TLS counts: Dovecot 2.3 says "TLS" then, and "secured" for a mere loopback connection.
local verify_over_tls = auth_password_verify

function auth_password_verify(req, password)
  if req.secured ~= "TLS" then
    return dovecot.auth.PASSDB_RESULT_OK, { nologin = "y", reason = "Sign in over TLS only" }
  end
  return verify_over_tls(req, password)
end
