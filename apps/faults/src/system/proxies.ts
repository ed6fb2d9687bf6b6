import type { CloseStack } from '@postroom/process';
import { startTcpProxy, type TcpProxy } from '@postroom/testkit';
import type { Proxied } from '../nouns/context.ts';

/** The fault proxies of one system. */
export type Proxies = {
  /** Answers the address to use in place of a server's own. */
  through(server: Proxied, direct: string): Promise<string>;
  /** The proxy in front of a server; throws when the scenario did not ask for one. */
  of(server: Proxied): TcpProxy;
};

/** Puts a proxy in front of each of the servers named, once its address is asked for. */
export function createProxies(wanted: readonly Proxied[], closeStack: CloseStack): Proxies {
  const proxies = new Map<Proxied, TcpProxy>();
  return {
    through: async (server, direct) => {
      if (!wanted.includes(server)) return direct;
      const url = new URL(direct);
      const proxy = await startTcpProxy({ target: { port: Number(url.port) } });
      closeStack.defer(`proxy of ${server}`, () => proxy.stop());
      proxies.set(server, proxy);
      url.port = String(proxy.port);
      // Without the slash that a URL gets: the AWS client puts its paths behind it.
      return url.href.replace(/\/$/, '');
    },
    of: (server) => {
      const proxy = proxies.get(server);
      if (proxy === undefined) throw new Error(`this scenario has no proxy in front of ${server}`);
      return proxy;
    },
  };
}
