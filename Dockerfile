# A worker, and the command line to steer it (docker compose exec worker node client/portage.cjs status).
FROM node:22-slim AS build
WORKDIR /portage
# better-sqlite3 compiles where there is no prebuilt binary for the platform.
RUN apt-get update && apt-get install --yes --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev
# The SDK brings its native part for every platform, 30 MB each; this image needs one.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 -not -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

FROM node:22-slim
# The SDK checks certificates against those of the system.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/* \
  && mkdir /data && chown node:node /data
WORKDIR /portage
COPY --from=build /portage/package.json ./
COPY --from=build /portage/node_modules ./node_modules
COPY --from=build /portage/dist ./dist
COPY --from=build /portage/client/portage.cjs ./client/
# The worker keeps its bundle of the workflows here, so that a restart need not bundle again.
RUN mkdir dist/.cache && chown node:node dist/.cache
USER node
# Two heaps for all threads, as local/node-program.ts has it: what glibc would keep for each of them is never given back.
ENV NODE_ENV=production PORTAGE_LEDGER=/data/ledger.db MALLOC_ARENA_MAX=2
VOLUME /data
# Node as process 1 gets the signal of `docker stop` itself and ends in order.
CMD ["node", "--enable-source-maps", "dist/worker/main.js"]
