/** What has to be known before the first request, in the few marks of Markdown that the page knows. */
export const guideFor = (
  serverUrl: string,
): string => `Postroom takes batches of email over HTTP, stores every accepted one as a durable row, and sends each through Amazon SES from worker processes.

## The first request

\`\`\`sh
curl '${serverUrl}/api/v1/emails' \\
  --header "x-api-key: $POSTROOM_KEY" \\
  --header 'content-type: application/json' \\
  --data '{
    "from": "news@example.com",
    "to": ["ada@example.com"],
    "subject": "Hello",
    "text": "Hello Ada"
  }'
\`\`\`

The answer has the id of the email. \`GET /api/v1/emails/{id}\` shows how it stands.

## Two dialects

Emails can be sent in either of two dialects, on the same paths. Ids of one dialect work in the other.

| | Items | Emails |
|---|---|---|
| Content | a template and data | final \`html\` and \`text\` |
| Batch | \`items\`, 1 to 100 | \`emails\`, 1 to 1,000 |
| A malformed one | is rejected alone | refuses the request |
| Idempotency | a key for each item, required | the \`Idempotency-Key\` header, or a key for each email |
| Id | a UUID | \`em_...\` |
| Names | \`camelCase\` | \`snake_case\` |

## Authentication

Send a key as \`x-api-key\`. Each operation names the scope that the key needs; \`full\` stands for all. A key that is missing, malformed, unknown or revoked is answered 401, always the same; one that may not do what it asks for 403, with the scope in \`details.required\`.

No key gives more than it has: with \`admin\` it makes keys whose scopes are among its own, and \`full\` is given by \`full\` alone. Keys made with the \`postroom\` command are not limited, nor is the one of \`BOOTSTRAP_API_KEY\`.

Sending implies much of reading. \`emails:write\` answers with the send that it makes, cancels, moves or retries, and a dry run renders any template of the workspace with any of its profiles: whoever may send can read the names, addresses and attributes of recipients, and the content of templates. Leave out \`emails:read\` to keep a key from lists and histories, not from people's data.

## Test keys

A key that begins with \`sk_test_\` runs the whole way and never calls SES; \`bounce@\`, \`complaint@\` and \`fail@\` at \`simulator.postroom.test\` then simulate those outcomes. Each mode has its own sends: reads, lists, counts, batches, histories, cancellations, retries and idempotency keys of a test key are about simulated sends (\`simulated: true\`), those of a live key about the others, and what the other mode made is answered 404; a live key may still read a simulated send or batch by its id.

Templates, profiles, sender profiles, subscription groups, domains and suppressions are common to both. A test key reads them and makes new templates, profiles, sender profiles and groups (without asking SES, and no marketing default). What it made has no name for live mail: an \`externalId\` or address of its profiles is unknown to live keys, and in none of their lists, until one of them names it with an address, which takes the profile over; a live \`from\` uses its sender profiles once a live key has changed or refreshed them. By id live keys have all of it but groups: those that a test key made are there for test keys alone. A test key changes none that is there, and neither subscriptions nor suppressions: operations that say "With a live key only" answer it 403 with \`details.mode\`. The link in a simulated email changes no subscription. To try out changes of all of it, use a workspace of its own.

## Errors

Every error has the same form:

\`\`\`json
{
  "error": "validation_failed",
  "message": "items must hold at least 1 item",
  "details": { "issues": [{ "path": "items", "message": "must hold at least 1 item" }] },
  "requestId": "01a20167-d6a1-7d2c-9a5e-0f1b2c3d4e5f"
}
\`\`\`

Decide by \`error\`: codes are stable, messages may be reworded. Every answer has an \`x-request-id\`; send one of your own (letters, digits and \`. _ : -\`, at most 128) and it is kept.

## Idempotency

The same key with the same request gives the send that exists, as it stands now, and nothing is sent again, also when fifty come at once. The order of keys, the form of addresses and the place of a field (item or defaults) make no difference. The same key with another request is refused. Keys belong to the workspace and to the mode: what a test key has used is free for a live key, and no simulated send stands for a real one.

## Lists

Lists answer a page and \`nextCursor\`, which goes into \`cursor\` for the next page and is null on the last one. \`limit\` is 50 unless told, at most 100. Unknown parameters are refused.

## Bodies

What is sent is what is mailed. A number that JSON readers would change, such as an id above 2^53, a fraction with more than 17 digits or \`1e400\`, is refused by its path: send it as text. So is a name that stands twice in one object, of the API's own fields as well as of yours. A body holds at most 1,048,576 values and 120,000 fields. While too many bodies are taken at once the answer is 503 \`unavailable\` with \`Retry-After\`.

On one connection requests are worked on one after the other, and at most 64 may wait behind the one in hand; a connection on which more come is ended after those. Answers are to be taken within 30 seconds.

## Rate limits

An installation may let each key make so many requests in a window. Then every answer to a key says where it stands in \`RateLimit-Limit\`, \`RateLimit-Remaining\` and \`RateLimit-Reset\` (seconds). Beyond the limit: 429 \`rate_limited\`, with \`Retry-After\`.

## Times and names

Times are ISO 8601 in UTC. Answers may get new fields at any time: take those that you do not know in your stride. Requests may not have unknown fields: they are refused by name, so that a typing error is not silently ignored.`;
