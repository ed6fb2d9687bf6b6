import { fakeOwner } from './owner.ts';
import { type QueryAnswer, queryError } from './query-protocol.ts';

/** Who calls, and the inline policies of users and roles of the fake account. */
export type FakePeople = {
  /** Whose rights a call is about, by ARN; `*` for a call about nobody. */
  arnOf(params: URLSearchParams): string;
  call(action: string, params: URLSearchParams): QueryAnswer;
  reset(): void;
};

const kindOf = (action: string) => (action.endsWith('RolePolicy') ? 'Role' : 'User');
const holderOf = (action: string, params: URLSearchParams) =>
  `${kindOf(action).toLowerCase()}/${params.get(`${kindOf(action)}Name`)}`;

/** Makes an account whose users and roles have no policies; all names are known. */
export function createPeople(): FakePeople {
  const policies = new Map<string, string>();
  return {
    arnOf(params) {
      const action = params.get('Action') ?? '';
      return `arn:aws:iam::${fakeOwner.account}:${holderOf(action, params)}`;
    },
    call(action, params) {
      const { account, caller } = fakeOwner;
      if (action === 'GetCallerIdentity') {
        const xml = `<Arn>${caller}</Arn><UserId>AIDATEST</UserId><Account>${account}</Account>`;
        return { kind: 'result', xml };
      }
      const key = `${holderOf(action, params)} ${params.get('PolicyName')}`;
      if (/^Put(?:User|Role)Policy$/.test(action)) {
        policies.set(key, params.get('PolicyDocument') ?? '');
        return { kind: 'result', xml: '' };
      }
      if (!/^Get(?:User|Role)Policy$/.test(action)) {
        return queryError(400, 'InvalidAction', `No such action: ${action}`);
      }
      const document = policies.get(key);
      if (document === undefined)
        return queryError(404, 'NoSuchEntity', `The policy ${key} cannot be found.`);
      return { kind: 'result', xml: `<PolicyDocument>${encodeURIComponent(document)}</PolicyDocument>` };
    },
    reset: () => policies.clear(),
  };
}
