import JSON

/// What a job is told of the units of indexed pools that are its own.
enum PoolVariables {
    /// `WEIR_POOL_GPU=0,2` of the pool `gpu`, and for that one also what CUDA reads.
    ///
    /// - Parameter indexes: JSON, as a claim has it: lists of numbers by pool.
    static func make(_ indexes: String?) -> [String: String] {
        guard let indexes, case .object(let pools)? = try? JSONValue(parsing: indexes) else { return [:] }
        var variables: [String: String] = [:]
        for (pool, units) in pools {
            let list = (units.list ?? []).map(\.text).joined(separator: ",")
            variables[name(of: pool)] = list
            if pool == "gpu" { variables["CUDA_VISIBLE_DEVICES"] = list }
        }
        return variables
    }

    /// Capitals, and `_` for all that is neither a letter of ASCII nor a digit.
    static func name(of pool: String) -> String {
        let letters = pool.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        return "WEIR_POOL_" + String(letters)
    }
}
