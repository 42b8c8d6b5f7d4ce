"""Names that Python gives a meaning of its own, and those that libraries agreed upon: code, whoever writes them.

Not whatever stands between two underscores: `__smith__` is a name like any other.
"""

_OF_OBJECTS = """
    abs add aenter aexit aiter and anext annotate annotations await bases basicsize bool buffer bytes call ceil class
    class_getitem clear_type_cache closure code complex contains copy deepcopy defaults del delattr delete delitem
    dict dictoffset dir divmod doc enter eq exit flags float floor floordiv format fspath func ge get getattr
    getattribute getinitargs getitem getnewargs getnewargs_ex getstate globals gt hash iadd iand ifloordiv ilshift
    imatmul imod imul index init init_subclass instancecheck int invert ior ipow irshift isabstractmethod isub iter
    itemsize itruediv ixor kwdefaults le len length_hint lshift lt match_args matmul missing mod
    module mro mro_entries mul name ne neg new next objclass or origin parameters pos post_init pow prepare qualname
    radd rand rdivmod reduce reduce_ex release_buffer replace repr reversed rfloordiv rlshift rmatmul rmod rmul ror
    round rpow rrshift rshift rsub rtruediv rxor self set set_name setattr setformat setitem setstate signature sizeof
    slots static_attributes str sub subclasscheck subclasses subclasshook text_signature thisclass truediv trunc
    type_params typing_is_unpacked_typevartuple typing_prepare_subst typing_subst typing_unpacked_tuple_args
    unpacked value value2member_map vectorcalloffset weakref weakrefoffset wrapped xor args constraints bound
    covariant contravariant infer_variance default notes cause context traceback suppress_context firstlineno
    supertype total required_keys optional_keys readonly_keys mutable_keys closed extra_items final override deprecated
    no_type_check protocol_attrs abstractmethods base build_class concat iconcat inv not members new_member
    forward_arg forward_module forward_value self_class
"""
_OF_MODULES = """
    all author builtins builtin_import cached conditional_annotations credits copyright debug debugger_skip email file
    future import import_self license loader lazy_import lazy_modules main package path spec title url version
    version_info version_tuple warningregistry status date displayhook excepthook stdin stdout stderr breakpointhook
    unraisablehook test tests
"""
_OF_PYTHON_2 = "cmp coerce delslice div getslice hex idiv long metaclass nonzero oct rdiv setslice unicode"
_OF_LIBRARIES = """
    array array_finalize array_function array_interface array_namespace array_prepare array_priority array_struct
    array_ufunc array_wrap arrow_array arrow_c_array arrow_c_schema arrow_c_stream arrow_ext_deserialize
    arrow_ext_serialize attrs_attrs attrs_init attrs_post_init attrs_pre_init clause_element create_fn
    cuda_array_interface dask_graph dask_keys dask_layers dask_optimize dask_postcompute dask_postpersist
    dask_scheduler dask_tokenize dataclass_fields dataclass_params dataframe declare_first dlpack dlpack_device
    finalize fields fields_set geo_interface get_pydantic_core_schema get_pydantic_json_schema get_validators html
    jax_array mapper mapper_args modify_schema numpy_dtype object_proxy orig_bases orig_class pt_container pretty
    pydantic_complete pydantic_config pydantic_core_schema pydantic_decorators pydantic_extra pydantic_fields
    pydantic_fields_set pydantic_generic_metadata pydantic_init_subclass pydantic_post_init pydantic_private
    pydantic_root_model pydantic_serializer pydantic_validator pyx_capi pyx_vtable reduce_cython rich_console
    rich_measure rich_repr setstate_cython sklearn_clone sklearn_is_fitted sklearn_tags struct_config struct_fields
    table table_args tablename torch_dispatch torch_function tracebackhide
"""

SPECIAL_NAMES = frozenset(
    f"__{name}__" for names in (_OF_OBJECTS, _OF_MODULES, _OF_PYTHON_2, _OF_LIBRARIES) for name in names.split()
)
"""Such as `__init__`: the data model's, those of modules and of Python 2, and the protocols of well-known libraries."""
