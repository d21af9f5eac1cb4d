#!/bin/sh
# Makes the sandbox's certificates again, from the keys that lie here; a key that is missing is made.
# Serial numbers and dates are fixed and PKCS#1 signatures have no randomness, so that the same keys
# give the same files, byte for byte. See README.md.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

FROM=20240101000000Z
UNTIL=20440101000000Z
ORGANISATION="/C=US/O=Edgetill sandbox - not PayPal"
NAME=messageverificationcerts.sandbox.paypal.com

for key in root intermediate other_root other_intermediate leaf renewed access access_next; do
  [ -f "$key.key" ] || openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key.key"
done

cat > "$work/ca.cnf" <<CNF
[ca]
default_ca = sandbox
[sandbox]
database = $work/index
serial = $work/serial
new_certs_dir = $work
default_md = sha256
policy = any
unique_subject = no
[any]
countryName = optional
organizationName = optional
commonName = supplied
[req]
distinguished_name = none
[none]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:\${ENV::DNS}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[forged_leaf]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature, keyEncipherment
extendedKeyUsage = serverAuth, clientAuth
subjectAltName = DNS:\${ENV::DNS}
subjectKeyIdentifier = hash
authorityKeyIdentifier = none
CNF

# issue FILE SERIAL EXTENSIONS SUBJECT KEY ISSUER FROM UNTIL [DNS]; an issuer is a .pem and a .key.
issue() {
  : > "$work/index"
  echo "$2" > "$work/serial"
  export DNS="${9:-$NAME}"
  openssl req -new -batch -config "$work/ca.cnf" -key "$5.key" -subj "$4" -out "$work/request"
  if [ "$6" = "$1" ]; then issuer=-selfsign; else issuer="-cert $6.pem"; fi
  # shellcheck disable=SC2086 # two words
  openssl ca -batch -notext -config "$work/ca.cnf" -in "$work/request" -out "$1.pem" $issuer \
    -keyfile "$6.key" -extensions "$3" -startdate "$7" -enddate "$8" 2> "$work/log" \
    || { cat "$work/log"; exit 1; }
}

ROOT="$ORGANISATION/CN=Sandbox Root CA"
INTERMEDIATE="$ORGANISATION/CN=Sandbox Message CA"
LEAF="$ORGANISATION/CN=$NAME"
FOREIGN=messageverificationcerts.sandbox.paypal.example

issue root 1001 root "$ROOT" root root $FROM $UNTIL
issue intermediate 1002 intermediate "$INTERMEDIATE" intermediate root $FROM $UNTIL
issue other_root 2001 root "$ORGANISATION/CN=Another Root CA" other_root other_root $FROM $UNTIL
issue other_intermediate 2002 intermediate "$ORGANISATION/CN=Another Message CA" \
  other_intermediate other_root $FROM $UNTIL

issue leaf 3001 leaf "$LEAF" leaf intermediate $FROM $UNTIL
issue renewed 3002 leaf "$LEAF" renewed intermediate $FROM $UNTIL
issue expired 3003 leaf "$LEAF" leaf intermediate $FROM 20250101000000Z
issue other_name 3004 leaf "$ORGANISATION/CN=$FOREIGN" leaf intermediate $FROM $UNTIL $FOREIGN
issue unknown_issuer 3005 leaf "$LEAF" leaf other_intermediate $FROM $UNTIL

# Names the true intermediate as its issuer, but another key has signed it; no key identifier tells
# the two apart, so that only a check of the signature does.
cp other_intermediate.key "$work/forger.key"
issue "$work/forger" 1002 intermediate "$INTERMEDIATE" "$work/forger" "$work/forger" $FROM $UNTIL
issue forged_issuer 3006 forged_leaf "$LEAF" leaf "$work/forger" $FROM $UNTIL

chmod 644 ./*.pem ./*.key
