import { createHmac, randomBytes } from 'node:crypto';
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';

const nothing = () => undefined;

const deaf: TokenizerCallbacks = {
  onattribdata: nothing,
  onattribend: nothing,
  onattribentity: nothing,
  onattribname: nothing,
  oncdata: nothing,
  onclosetag: nothing,
  oncomment: nothing,
  ondeclaration: nothing,
  onend: nothing,
  onopentagend: nothing,
  onopentagname: nothing,
  onprocessinginstruction: nothing,
  onselfclosingtag: nothing,
  ontext: nothing,
  ontextentity: nothing,
};

/** Reads a document and signs as many addresses as it has links: the least that tracking them can cost. */
export function readAndSign(html: string, links: number): void {
  const tokenizer = new Tokenizer({ decodeEntities: true }, deaf);
  tokenizer.write(html);
  tokenizer.end();
  const secret = randomBytes(32);
  for (let link = 0; link < links; link += 1) {
    createHmac('sha256', secret).update(`https://shop.example.com/${link}`).digest('base64url');
  }
}
