/** The subject of the demonstration's template. */
export const orderSubject = 'Your order {{order.number}} is on its way, {{name}}';

/** Its html: tables and inline styles, as mail clients want them. */
export const orderHtml = `<!doctype html>
<html lang="en">
  <body style="margin:0;padding:24px;background:#f2efe9;font-family:Georgia,'Times New Roman',serif;color:#2b2622">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0">
      <tr>
        <td align="center">
          <table role="presentation" width="560" cellpadding="0" cellspacing="0" style="background:#ffffff;border-radius:10px;overflow:hidden">
            <tr>
              <td style="padding:28px 36px;background:#7a1f2b;color:#ffffff;font-size:22px;letter-spacing:0.5px">
                The Paper Postroom
              </td>
            </tr>
            <tr>
              <td style="padding:32px 36px 8px;font-size:17px;line-height:1.55">
                <p style="margin:0 0 16px">Dear {{name}},</p>
                <p style="margin:0 0 24px">
                  your order <strong>{{order.number}}</strong> left our workshop today and should be with you
                  by <strong>{{order.arrives}}</strong>.
                </p>
              </td>
            </tr>
            <tr>
              <td style="padding:0 36px">
                <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="font-size:15px">
                  {{#each order.lines}}
                  <tr>
                    <td style="padding:10px 0;border-top:1px solid #e5dfd5">{{quantity}} x {{title}}</td>
                    <td align="right" style="padding:10px 0;border-top:1px solid #e5dfd5">{{price}}</td>
                  </tr>
                  {{/each}}
                  <tr>
                    <td style="padding:12px 0;border-top:2px solid #7a1f2b"><strong>Total</strong></td>
                    <td align="right" style="padding:12px 0;border-top:2px solid #7a1f2b">
                      <strong>{{order.total}}</strong>
                    </td>
                  </tr>
                </table>
              </td>
            </tr>
            <tr>
              <td style="padding:28px 36px 36px">
                <a href="https://example.com/orders/{{order.number}}" style="display:inline-block;padding:12px 22px;border-radius:6px;background:#7a1f2b;color:#ffffff;text-decoration:none;font-size:15px">Follow your parcel</a>
              </td>
            </tr>
          </table>
          <p style="margin:18px 0 0;font-size:12px;color:#8a8178">Sent to {{profile.email}} by Postroom.</p>
        </td>
      </tr>
    </table>
  </body>
</html>
`;

/** The same for those who read plain text. */
export const orderText = `Dear {{name}},

your order {{order.number}} left our workshop today and should be with you by {{order.arrives}}.

{{#each order.lines}}
  {{quantity}} x {{title}}  {{price}}
{{/each}}
  Total  {{order.total}}

Follow your parcel: https://example.com/orders/{{order.number}}
`;

/** What the template is filled with for one customer. */
export type OrderData = {
  readonly name: string;
  readonly order: {
    readonly number: string;
    readonly arrives: string;
    readonly lines: readonly { readonly quantity: number; readonly title: string; readonly price: string }[];
    readonly total: string;
  };
};
