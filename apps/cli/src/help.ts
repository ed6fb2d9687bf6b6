const overview = `postroom: batches of email in over HTTP, one durable row per email, out through Amazon SES

Usage: postroom <command> [options]

  up            start everything here: PostgreSQL, Redis, local SES, API, SMTP, workers
  quickstart    up, and a demonstration: 100 emails from the batch to the inbox
  migrate       bring the database of DATABASE_URL up to date
  keys          create, list and revoke API keys; sign links with a new secret
  workspaces    make and list workspaces, which see nothing of each other
  accounts      regions and accounts of SES beside the one of the environment
  status        what waits, who sends it, what holds it back and what failed
  rate          show or set the rate of all workers, while they run
  ses           set Amazon SES up for a domain; prove that its events arrive
  import        take over templates and suppressions of Resend, Postmark, SendGrid
  local-ses     an SES for development, with an inbox to read
  doctor        say what is missing here, and the command that mends it
  help          this page; help <command> for one command

  --version     the version
`;

const stackOptions = `  --port N       port of the API (PORT, else 3001)
  --workers N    worker processes (1)
  --fresh        remove the state first: mail, templates, keys
  --send-rate N  recipients per second that the local SES allows (200)

DATABASE_URL, REDIS_URL and AWS_ENDPOINT_URL_SESV2 name servers to use; what they do not name is
started here. State, logs and stack.json are in .postroom, or where POSTROOM_HOME says. --fresh
leaves a database of DATABASE_URL as it is. BOOTSTRAP_API_KEY sets the key. A database that other
keys use is refused without AWS_ENDPOINT_URL_SESV2: its mail would go to the inbox here.
`;

const pages: ReadonlyMap<string, string> = new Map(
  Object.entries({
    up: `Usage: postroom up [options]\n\n${stackOptions}`,
    quickstart: `Usage: postroom quickstart [options]\n\n  --once         end after the demonstration; code 0 only if 99 were sent and 1 rejected\n${stackOptions}`,
    migrate: 'Usage: DATABASE_URL=postgresql://... postroom migrate\n',
    workspaces: `Usage: postroom workspaces create --name NAME    makes one and shows its id
       postroom workspaces list

The database is that of DATABASE_URL, else of the stack that is up here.
`,
    keys: `Usage: postroom keys create --name NAME --scope SCOPE [--scope SCOPE] [--mode live|test]
                            [--sender ID or NAME] [--workspace ID]
       postroom keys list [--workspace ID]
       postroom keys revoke <id or prefix> [--workspace ID]
       postroom keys rotate-links [--overlap-days N] [--workspace ID]

Scopes: full, or some of emails:write, emails:read, templates:write, templates:read,
profiles:write, profiles:read, admin; or operator alone, which sees the numbers of all workspaces and
nothing else. --sender, once or more, limits the key to these sender profiles: it sends from them alone,
and sees and changes what was sent from them. rotate-links signs the links in mail with a new secret, of
all workspaces or of one: tracked links of earlier mail work for N days more (90), links to unsubscribe
for good. The others are about the default workspace, unless another is named. The database is that of DATABASE_URL, else of the stack
that is up here.
`,
    accounts: `Usage: postroom accounts create --name NAME --region REGION [--profile PROFILE] [--endpoint URL]
       postroom accounts list
       postroom accounts use <name> --sender ID
       postroom accounts update <name> [--region REGION] [--profile PROFILE] [--endpoint URL]
       postroom accounts remove <name>

--profile names a profile of AWS's shared files, as ~/.aws/config has them, on every host of Postroom; it
may be a role. Without it the credentials are those of the environment. use has mail of a sender profile
that is accepted from now on sent through an account; default is that of the environment. update changes
what is given, for processes that start from then on; an empty --profile takes it away. remove is refused
while a sender profile uses the account, or mail waits for it, and takes its holds out of Redis. The database and
the Redis are those of DATABASE_URL and REDIS_URL, else of the stack that is up here.
`,
    status: `Usage: postroom status [--watch] [--json]

  --watch   again every two seconds, until it is interrupted, whatever does not answer
  --json    one line of JSON in place of the text

The database and the Redis are those of DATABASE_URL and REDIS_URL, else of the stack that is up here.
`,
    rate: `Usage: postroom rate          show the rate that is set
       postroom rate N        all workers together send to at most N recipients per second
       postroom rate auto     take it back: SES_MAX_SEND_RATE holds, else what SES says of the account

Workers that run have it within two seconds. The database is that of DATABASE_URL, else of the stack
that is up here.
`,
    ses: `Usage: postroom ses setup --domain example.com [options]
       postroom ses check --domain example.com [--region R] [--name NAME] [--env FILE] [--wait S]

setup makes what is missing at AWS, and changes nothing that is there: the domain's identity, a topic, a
queue with its dead letters, a configuration set that publishes events, and what leads from one to the
next. It shows the DNS records and the rights that API and workers need, writes AWS_REGION,
SES_EVENTS_QUEUE_URL and SNS_TOPIC_ARNS into .env, sends mail to SES's mailbox simulator and waits for its
events on the queue. check does only that, with the settings and the rights of the processes. Code 0 when the
events arrive, 1 when they do not, 3 when that is not known from here, since workers that run may have
taken them; of setup 0, too, while SES has not verified the domain, and 1 when something there differs. Beside workers of Compose: docker compose exec worker node apps/cli/dist/main.js ses check ...

  --region R          the region of SES (AWS_REGION, of the environment or of .env)
  --name NAME         the configuration set, and what other names begin with (postroom)
  --mail-from DOMAIN  the MAIL FROM domain (bounces. and the domain); --no-mail-from: none
  --attach-to HOLDER  gives the rights to user/NAME or role/NAME, which is there
  --env FILE          the file of settings (.env)
  --wait S            seconds that events may take (120; at most 1200)
  --dry-run           shows what would be made, and makes nothing
  --print             prints the commands of AWS's command line that make the same;
                      with --account N nobody is asked whose credentials these are

Credentials come from the usual chain: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE, a role.
`,
    import: `Usage: postroom import templates|suppressions --from resend|postmark|sendgrid [options]

Reads them over the API of the product, and writes them over ours. What is here already stays as it is (a
suppression that theirs outweighs takes theirs), so that it can be run again. A template whose syntax means
something else here, or nothing, is left out and told; so are addresses that left one stream or group alone.

  --from-url URL   another address of the product's API (https://api.eu.sendgrid.com)
  --dry-run        tells what would be made, and makes nothing: what is in a template the API looks at when it
                   is made

Their key is in RESEND_API_KEY, POSTMARK_SERVER_TOKEN or SENDGRID_API_KEY, ours, with the scopes admin,
templates:read and templates:write, in POSTROOM_KEY; POSTROOM_URL is where our API is, else that of the stack
that is up here. Code 0 when all was taken over, 1 when something was left out.
`,
    'local-ses': `Usage: postroom local-ses [options]

  --port N                 port of the endpoint and of the inbox (8025)
  --host HOST              address to listen on (127.0.0.1)
  --send-rate N            recipients per second that the account allows (200)
  --events-url URL         post signed SES events there: <API>/providers/ses/notifications
  --certificate-file FILE  write the certificate there that the API checks events with

Give the API and the workers AWS_ENDPOINT_URL_SESV2, and the API, for events,
SNS_TOPIC_ARNS=arn:aws:sns:us-east-1:000000000000:postroom-local and SNS_CERTIFICATE_FILE. With
AWS_ENDPOINT_URL, ses setup makes its parts there, too.
`,
    doctor: `Usage: postroom doctor [--port N] [--json]
       postroom doctor --running [--json]

Says what a start here would lack. With --running it looks at an installation with the settings and the
rights of its processes: settings, PostgreSQL and migrations, Redis, workers, the clock, SES's account and
quota, holds, events, dead letters, senders, and whether PUBLIC_URL leads here by TLS.

  --json    one line of JSON in place of the text

Code 0 when nothing is to be mended, else 1.
`,
  }),
);

/** The help page of a command, or the overview. */
export const helpOf = (command: string | undefined): string => pages.get(command ?? '') ?? overview;
