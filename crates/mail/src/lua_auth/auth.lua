-- Asks the control plane about sign-ins and accounts. Written by Bailiwick at each start: changes are lost.
-- Whatever is not understood is an internal failure: never a success, and never "no such user".

local URL = @URL@
local SECRET_FILE = @SECRET_FILE@
local MAX_BODY = 8192

-- Services whose login process honours nologin and shows the reason. Postfix, for one, ignores nologin.
local SHOWS_REASON = { imap = true, pop3 = true, sieve = true }

local secret = nil
local client = nil

local function encode(value)
  local text = value == nil and "" or tostring(value)
  return (text:gsub("[^A-Za-z0-9._~@:/-]", function(c) return string.format("%%%02X", c:byte()) end))
end

local function decode_value(value)
  if value:gsub("%%[0-9A-F][0-9A-F]", ""):find("%", 1, true) then return nil end
  return (value:gsub("%%(%x%x)", function(hex) return string.char(tonumber(hex, 16)) end))
end

-- A table of the answer's fields, or nil for anything that is not a whole answer.
local function decode(body)
  if type(body) ~= "string" or #body > MAX_BODY or body:sub(-7) ~= "\nend=1\n" then return nil end
  local answer = {}
  for line in body:gmatch("([^\n]*)\n") do
    local key, value = line:match("^([a-z_]+)=([A-Za-z0-9._~@:/%%-]*)$")
    if key == nil or answer[key] ~= nil or answer["end"] ~= nil then return nil end
    answer[key] = decode_value(value)
    if answer[key] == nil then return nil end
  end
  return answer
end

local function ask(path, fields)
  local lines = {}
  for _, field in ipairs(fields) do lines[#lines + 1] = field[1] .. "=" .. encode(field[2]) .. "\n" end
  local request = client:request({ url = URL .. path, method = "POST" })
  request:add_header("@SECRET_HEADER@", secret)
  request:add_header("Content-Type", "text/plain")
  request:set_payload(table.concat(lines))
  local response = request:submit()
  if response:status() ~= 200 then return nil end
  return decode(response:payload())
end

-- The answer, or an empty table whose result matches nothing.
local function answer_to(path, fields)
  local fine, answer = pcall(ask, path, fields)
  if fine and type(answer) == "table" then return answer end
  if not fine then dovecot.i_error("bailiwick: " .. path .. ": request failed") end
  return {}
end

local function account(answer, prefix)
  local function is_id(text) return text ~= nil and text:match("^[1-9][0-9]*$") ~= nil end
  if not (is_id(answer.uid) and is_id(answer.gid)) then return nil end
  if (answer.user or "") == "" or (answer.home or ""):sub(1, 1) ~= "/" then return nil end
  local fields = { user = answer.user }
  fields[prefix .. "uid"] = answer.uid
  fields[prefix .. "gid"] = answer.gid
  fields[prefix .. "home"] = answer.home
  if answer.quota_bytes ~= nil then
    if not is_id(answer.quota_bytes) then return nil end
    fields[prefix .. "quota_rule"] = "*:bytes=" .. answer.quota_bytes
  end
  return fields
end

function script_init()
  local file = io.open(SECRET_FILE, "r")
  if file == nil then
    dovecot.i_error("bailiwick: the secret cannot be read")
    return 1
  end
  secret = file:read("l")
  file:close()
  if secret == nil or #secret < 32 or secret:find("[^A-Za-z0-9_-]") then
    dovecot.i_error("bailiwick: the secret is not one")
    return 1
  end
  client = dovecot.http.client({
    request_timeout_msecs = 2000,
    request_absolute_timeout_msecs = 2000,
    connect_timeout_msecs = 1000,
    max_attempts = 1,
    max_connect_attempts = 1,
    max_idle_time_msecs = 10000,
    no_auto_redirect = true,
  })
  return 0
end

function auth_password_verify(req, password)
  if (req.master_user or "") ~= "" then
    return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, {}
  end
  local answer = answer_to("@PASSDB_PATH@", {
    { "user", req.user },
    { "password", password },
    { "service", req.service },
    { "remote_ip", req.remote_ip },
    { "local_ip", req.local_ip },
    { "session", req.session },
    { "secured", (req.secured or "") ~= "" and "1" or "0" },
  })
  if answer.result == "ok" then
    local fields = account(answer, "userdb_")
    if fields ~= nil then return dovecot.auth.PASSDB_RESULT_OK, fields end
  elseif answer.result == "mismatch" then
    return dovecot.auth.PASSDB_RESULT_PASSWORD_MISMATCH, {}
  elseif answer.result == "unknown_user" then
    return dovecot.auth.PASSDB_RESULT_USER_UNKNOWN, {}
  elseif answer.result == "denied" and (answer.reason or "") ~= "" then
    if SHOWS_REASON[req.service] then
      return dovecot.auth.PASSDB_RESULT_OK, { nologin = "y", reason = answer.reason }
    end
    return dovecot.auth.PASSDB_RESULT_PASSWORD_MISMATCH, {}
  end
  return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, {}
end

-- Nobody signs in without a password, so there is nothing to look up without one.
function auth_passdb_lookup(req)
  return dovecot.auth.PASSDB_RESULT_INTERNAL_FAILURE, {}
end

function auth_userdb_lookup(req)
  local answer = answer_to("@USERDB_PATH@", { { "user", req.user } })
  if answer.result == "ok" then
    local fields = account(answer, "")
    if fields ~= nil then return dovecot.auth.USERDB_RESULT_OK, fields end
  elseif answer.result == "unknown_user" then
    return dovecot.auth.USERDB_RESULT_USER_UNKNOWN, {}
  end
  return dovecot.auth.USERDB_RESULT_INTERNAL_FAILURE, {}
end

-- The control plane names each user itself; an empty list would look like "there are no users".
function auth_userdb_iterate()
  error("users are not listed here")
end
