# One image for every process: the command says which (see docker-compose.yml).
#   api        node apps/api/dist/main.js (the default)
#   worker     node apps/worker/dist/main.js
#   smtp       node apps/smtp/dist/main.js
#   migrate    node apps/cli/dist/main.js migrate
#   local SES  node apps/cli/dist/main.js local-ses --host 0.0.0.0

# What none of them stands on.
ARG NOT_SHIPPED="apps/bench apps/faults packages/client packages/testkit"

# What npm needs to know and nothing else, so that a change of code installs no packages again.
FROM node:24-bookworm-slim AS manifests
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY apps apps
COPY packages packages
RUN find apps packages -type f ! -name package.json -delete

FROM node:24-bookworm-slim AS build
ENV TURBO_TELEMETRY_DISABLED=1
WORKDIR /app
COPY --from=manifests /app ./
RUN npm ci
COPY . .
RUN node scripts/prisma-generate.mjs && npx turbo run build
ARG NOT_SHIPPED
RUN rm -r $NOT_SHIPPED && mkdir /out && cp --recursive --parents prisma apps/*/dist packages/*/dist /out

# Optional packages are the PostgreSQL of `postroom up` and speed-ups that have a plain JavaScript twin.
FROM node:24-bookworm-slim AS production-packages
WORKDIR /app
COPY --from=manifests /app ./
ARG NOT_SHIPPED
RUN npm ci --omit=dev --omit=optional && rm -r $NOT_SHIPPED && find node_modules/@postroom -xtype l -delete
# What somebody may want beside them, such as "mjml-core@5.4.1 mjml-preset-core@5.4.1".
ARG OPTIONAL_PACKAGES=""
RUN [ -z "$OPTIONAL_PACKAGES" ] || npm install --no-save --ignore-scripts --omit=dev --omit=optional $OPTIONAL_PACKAGES

FROM node:24-bookworm-slim
ENV NODE_ENV=production
# As much room for what is new as Node 20 and 22 have: with twice as much, which is the usual of 24, a process takes 80 MB more.
ENV NODE_OPTIONS=--max-semi-space-size=16
WORKDIR /app
COPY --from=production-packages /app ./
COPY --from=build /out ./
# The local SES leaves its certificate here for the API.
RUN mkdir /var/lib/postroom && chown node:node /var/lib/postroom
USER node
EXPOSE 3001
# Where a worker and SMTP tell how they are; the API does on PORT. Whichever of them runs in a container, it is well if one answers.
ENV WORKER_PORT=9464 SMTP_METRICS_PORT=9465
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
  CMD ["node", "-e", "const { WORKER_PORT, SMTP_METRICS_PORT, PORT } = process.env; Promise.any([WORKER_PORT, SMTP_METRICS_PORT, PORT || 3001].map((port) => fetch('http://127.0.0.1:' + port + '/healthz').then((r) => r.ok || Promise.reject()))).then(() => process.exit(0), () => process.exit(1))"]
CMD ["node", "apps/api/dist/main.js"]
