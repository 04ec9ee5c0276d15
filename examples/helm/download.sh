#!/bin/sh
# Helm gives a certificate, its key, an authority and the address; what is printed is the file.
exec sopsmith decrypt -- "${4#sops://}"
