import { textSchema } from './fields.ts';

/** Endings that SES refuses (SES developer guide, "Unsupported attachment types"): they may run on a double click. */
const dangerousEndings = new Set(
  (
    'ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib ' +
    'lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml ' +
    'msh2xml msi msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url ' +
    'vb vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh xnk'
  ).split(' '),
);

/** Characters that nobody sees; a variation selector only says how the emoji before it looks. */
const unseen = /\p{Cf}|(?![\ufe00-\ufe0f])\p{Default_Ignorable_Code_Point}|[\u2800\ufff9-\ufffc]/u;

/** Windows opens what ends in a class id with that class, whatever stands before it. */
const classIdEnding = /\.\{[0-9a-f-]*\}/i;

/**
 * The endings that some system could see in a name: after compatibility forms have become plain letters (fullwidth
 * ones, say), without spaces and characters that are not seen, of the whole and of what stands before a colon.
 */
function endingsOf(filename: string): readonly string[] {
  const plain = filename
    .normalize('NFKC')
    .replace(/\s|\p{Default_Ignorable_Code_Point}/gu, '')
    .toLowerCase();
  return plain.split(/[:/\\]/).flatMap((piece) => {
    const [, ending] = /\.([^.]*)\.*$/.exec(piece) ?? [];
    return ending === undefined ? [] : [ending];
  });
}

function filenameProblem(filename: string): string | null {
  if (/\p{Cc}|[\u2028\u2029]/u.test(filename)) return 'must not hold control characters';
  // Overrides of the writing direction show `exe.fdp` as `pdf.exe` reversed.
  if (unseen.test(filename)) {
    return 'must not hold characters that are not seen or that change the writing direction';
  }
  if (/[/\\:*?"<>|]/.test(filename)) return 'must be a plain file name, without any of / \\ : * ? " < > |';
  if (/^\.|\.$|^\s|\s$/.test(filename)) return 'must not begin with a dot or a space, nor end with one';
  if (classIdEnding.test(filename)) return 'must not end in a class id in braces';
  const ending = endingsOf(filename).find((one) => dangerousEndings.has(one));
  if (ending === undefined) return null;
  return `ends in .${ending}, which SES refuses as dangerous: send a link instead`;
}

/** The name of an attached file: plain, seen whole, and with no ending that SES refuses. */
export const filenameSchema = textSchema(1, 255).superRefine((filename, context) => {
  const problem = filenameProblem(filename);
  if (problem !== null) context.addIssue({ code: 'custom', message: problem });
});
