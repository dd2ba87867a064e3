# The page that explains the JSON API.

api-title = JSON API
api-text = Everything the Admin Panel and the back office can do, for programs: the same rules, the same limits, the same history.
api-guide = How to begin
api-operations = Operations
api-document = OpenAPI description
api-credentials = Credentials
api-credentials-key = Make a key in the Admin Panel under API Keys. Choose what it may do, in which domains and from which networks; it is shown once. It never may do more than you may at that moment, and it ends with you.
api-credentials-password = A billing system or another program gets an API Sub-Admin of its own: the main Admin makes it under Sub-Admins, ticks API access and lists the networks it calls from. It can use its name and password instead of a key.
api-credentials-limits = Requests from other networks, with a wrong or an expired credential are all answered 401, with the same text.
api-once = Retries and parallel changes
api-once-text = If no answer comes, send the request again with the same Idempotency-Key: it is carried out once. The answer is kept for a day, without secrets.
api-version-text = Things that can be changed have an ETag. Send it back as If-Match, and the change is made only if nobody has changed the thing meanwhile; otherwise the answer is 412.
api-rules = Lists, limits, input and problems
api-lists-text = Lists come in pages of 50 rows, or as many as limit says, up to 200. Give next as after to go on. Cursors are opaque and stay good while the list changes.
api-rates-text = A credential may make { $burst } requests at once; then they must not come faster than the provider set. RateLimit tells how many are left; beyond that the answer is 429 with Retry-After.
api-input-text = Bodies are JSON objects of at most 256 KiB. Unknown, duplicate and wrongly typed members are refused, so that a misspelt one is never silently ignored. Amounts of storage are in bytes, times in RFC 3339, UTC.
api-problems-text = What is refused comes as application/problem+json (RFC 9457) with a stable code. A refusal for want of a permission bears an explanation: what was needed, and what is held, from whom and until when. See
api-problems = Problem codes
api-needs = needs
api-parameters = Parameters
api-body = Body
api-example = Example
api-answer = Answer
api-required = required
