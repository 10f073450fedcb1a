// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

// The encodings of the Nitro protocol's states and outcomes, and the interface of its apps. Names, order and types are Nitro's,
// because hashes and selectors are made of them; an app that was compiled against Nitro's own files is called with the same bytes.

/// @notice One payee of an outcome.
/// @param destination A participant's address or another identifier.
/// @param amount What it gets.
/// @param allocationType 0 is a plain payment; nothing else is taken here.
/// @param metadata Not looked at.
struct Allocation {
    bytes32 destination;
    uint256 amount;
    uint8 allocationType;
    bytes metadata;
}

/// @notice What kind of asset an outcome speaks of.
/// @param assetType 0 is the native token or an ERC-20; nothing else is taken here.
/// @param metadata Not looked at.
struct AssetMetadata {
    uint8 assetType;
    bytes metadata;
}

/// @notice How one asset is split.
/// @param asset The token; zero for the native one.
/// @param assetMetadata What kind of asset it is.
/// @param allocations Who gets how much of it.
struct SingleAssetExit {
    address asset;
    AssetMetadata assetMetadata;
    Allocation[] allocations;
}

/// @notice What no move changes.
/// @param participants Signing keys, in the order of their turns.
/// @param channelNonce Made from everything that Nitro's own channel id leaves out.
/// @param appDefinition The app whose rules hold.
/// @param challengeDuration Seconds in which a challenge can be answered.
struct FixedPart {
    address[] participants;
    uint64 channelNonce;
    address appDefinition;
    uint48 challengeDuration;
}

/// @notice What a move changes.
/// @param outcome How the assets are split if the app ends in this state.
/// @param appData The app's own.
/// @param turnNum Counts the moves.
/// @param isFinal Whether the app ends with it.
struct VariablePart {
    SingleAssetExit[] outcome;
    bytes appData;
    uint48 turnNum;
    bool isFinal;
}

/// @notice An ECDSA signature over Ethereum's signed-message form of a state's hash.
/// @param v 27 or 28.
/// @param r The signature's r.
/// @param s The signature's s.
struct Signature {
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice A state as participants hold it.
/// @param variablePart The state.
/// @param sigs Signatures of participants, in any order.
struct SignedVariablePart {
    VariablePart variablePart;
    Signature[] sigs;
}

/// @notice A state as an app is shown it.
/// @param signedBy Bit i stands for participant i.
/// @param variablePart The state.
struct RecoveredVariablePart {
    VariablePart variablePart;
    uint256 signedBy;
}

/// @title IForceMoveApp
/// @notice The rules of an app, as Nitro asks for them.
interface IForceMoveApp {
    /// @notice Whether `candidate` is a state that the channel may be in, given the states that lead to it.
    /// @param fixedPart What no move changes.
    /// @param proof The states before the candidate that the app wants to see, oldest first.
    /// @param candidate The state in question.
    /// @return isSupported Whether it is; an app may also revert.
    /// @return reason Why not.
    function stateIsSupported(
        FixedPart calldata fixedPart,
        RecoveredVariablePart[] calldata proof,
        RecoveredVariablePart calldata candidate
    ) external view returns (bool isSupported, string memory reason);
}
