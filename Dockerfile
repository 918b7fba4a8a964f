# docker build -t h2lint .
# docker run --rm -v "$PWD:/captures:ro" h2lint recorded.pcapng
# docker run --rm -i h2lint - <recorded.pcapng
FROM node:22-bookworm-slim AS build
WORKDIR /source
COPY . .
# What is installed is the package that users get.
RUN npm ci --no-audit --no-fund \
  && npm pack --pack-destination /tmp \
  && npm install --omit=dev --no-audit --no-fund --prefix /h2lint /tmp/h2lint-*.tgz

FROM gcr.io/distroless/nodejs22-debian12:nonroot
COPY --from=build /h2lint/node_modules /h2lint/node_modules
WORKDIR /captures
USER nonroot
ENTRYPOINT ["/nodejs/bin/node", "/h2lint/node_modules/h2lint/dist/cli/main.js"]
CMD ["--help"]
