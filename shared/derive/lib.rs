//! How stored types are read: `#[derive(Record)]` and `#[derive(StoredText)]`.
//!
//! They write what one would write by hand, a line for each field. `#[derive(Deserialize)]` writes a
//! parser for each struct that is several times as long, and the Worker's size is a budget. See
//! `shared::record`, whose tests test these derives.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Data, DeriveInput, Error, Field, Fields, LitStr, Result, parse_macro_input};

/// Reads a struct from the fields of a JSON object, as a row is one; other fields are left alone. A
/// field that is absent is read as null.
///
/// - `#[serde(rename = "…")]`: the field has another name in the object.
/// - `#[serde(flatten)]`: the field is a record itself whose fields are in the same object.
/// - `#[serde(skip_serializing_if = "…")]` says how it is written, and nothing here.
/// - `#[record(part)]`, `#[record(parts)]`: the field is a record itself, or a list of records.
/// - `#[record(json)]`: the object has the field as JSON text; with `part` or `parts` beside it, too.
/// - `#[record(flag)]`: the object has 0 or 1.
#[proc_macro_derive(Record, attributes(serde, record))]
pub fn derive_record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), record)
}

/// Reads an enum from the text that its `as_str` gives; it lists its variants in `ALL`.
#[proc_macro_derive(StoredText)]
pub fn derive_stored_text(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand(&parse_macro_input!(input as DeriveInput), stored_text)
}

fn expand(
    input: &DeriveInput,
    derive: fn(&DeriveInput) -> Result<TokenStream>,
) -> proc_macro::TokenStream {
    derive(input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn record(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(Error::new_spanned(name, "a record is a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new_spanned(name, "a record has named fields"));
    };
    let lines: Vec<_> = fields.named.iter().map(line).collect::<Result<_>>()?;
    Ok(quote! {
        impl ::shared::record::Record for #name {
            fn read(
                fields: ::shared::record::Fields<'_>,
            ) -> ::core::result::Result<Self, ::shared::record::JsonError> {
                Ok(Self { #(#lines,)* })
            }
        }

        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::shared::record::read_from(from)
            }
        }
    })
}

/// `name: fields.read("name")?`, or what the attributes make of it.
fn line(field: &Field) -> Result<TokenStream> {
    let Some(ident) = &field.ident else {
        return Err(Error::new_spanned(field, "a record has named fields"));
    };
    let mut name = LitStr::new(&ident.to_string(), ident.span());
    let mut read = String::from("read");
    let mut is_flat = false;
    for attribute in &field.attrs {
        if attribute.path().is_ident("record") {
            attribute.parse_nested_meta(|meta| {
                let kinds = ["json", "part", "parts", "flag"];
                let kind = kinds.iter().find(|kind| meta.path.is_ident(kind));
                let kind = kind.ok_or_else(|| meta.error("`json`, `part`, `parts` or `flag`"))?;
                read = format!("{read}_{kind}");
                Ok(())
            })?;
        }
        if attribute.path().is_ident("serde") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("rename") {
                    name = meta.value()?.parse()?;
                } else if meta.path.is_ident("flatten") {
                    is_flat = true;
                } else if meta.path.is_ident("skip_serializing_if") {
                    let _: LitStr = meta.value()?.parse()?;
                } else {
                    return Err(meta.error("a record knows `rename` and `flatten` only"));
                }
                Ok(())
            })?;
        }
    }
    let read = Ident::new(&read, ident.span());
    Ok(if is_flat {
        quote!(#ident: ::shared::record::Record::read(fields)?)
    } else {
        quote!(#ident: fields.#read(#name)?)
    })
}

fn stored_text(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    if !matches!(input.data, Data::Enum(_)) {
        return Err(Error::new_spanned(name, "a stored text is an enum"));
    }
    Ok(quote! {
        impl<'de> ::serde::Deserialize<'de> for #name {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                from: D,
            ) -> ::core::result::Result<Self, D::Error> {
                ::shared::record::read_text(from, |text| {
                    Self::ALL.into_iter().find(|each| each.as_str() == text)
                })
            }
        }
    })
}
