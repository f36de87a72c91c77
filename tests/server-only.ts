// Outside Next's server bundle the package 'server-only' throws on import; unit tests run server modules without Next.
export {};
