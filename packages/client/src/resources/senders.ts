import type { Result } from '../result.ts';
import { hasFields } from '../transport/read-answer.ts';
import type { CallOptions, Transport } from '../transport/transport.ts';
import type { CreateDomain, CreateSenderProfile, Domain, SenderProfile } from '../types/resources.ts';
import { collection } from './collection.ts';

/** `/sender-profiles`: who mail comes from. */
export function createSenderProfiles(transport: Transport) {
  const isResource = hasFields<SenderProfile>('id', 'fromEmail');
  const { act, create, get, list, listAll, update } = collection<SenderProfile, CreateSenderProfile>({
    transport,
    route: 'sender-profiles',
    isResource,
  });
  return {
    create,
    get,
    list,
    listAll,
    update,
    /** Asks SES again whether mail may come from this address. */
    refresh: (id: string, options?: CallOptions): Promise<Result<SenderProfile>> =>
      act({ method: 'POST', path: [id, 'refresh'], effect: 'idempotent', isAnswer: isResource }, options),
    /** Asks the tracking host to prove that it leads to the server; links of later mail lead there once it did. */
    checkTrackingHost: (id: string, options?: CallOptions): Promise<Result<SenderProfile>> =>
      act(
        { method: 'POST', path: [id, 'check-tracking-host'], effect: 'idempotent', isAnswer: isResource },
        options,
      ),
  };
}

/** `/domains`: domains that mail may come from, with the DNS records to publish. */
export function createDomains(transport: Transport) {
  const isResource = hasFields<Domain>('id', 'domain', 'dnsRecords');
  const { act, create, get, list, listAll, remove } = collection<Domain, CreateDomain>({
    transport,
    route: 'domains',
    isResource,
  });
  return {
    create,
    get,
    list,
    listAll,
    remove,
    /** Asks SES again whether it has found the records. */
    refresh: (id: string, options?: CallOptions): Promise<Result<Domain>> =>
      act({ method: 'POST', path: [id, 'refresh'], effect: 'idempotent', isAnswer: isResource }, options),
  };
}
