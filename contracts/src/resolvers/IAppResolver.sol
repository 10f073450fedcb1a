// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../interfaces/IResolver.sol";
import { FixedPart, Signature, SignedVariablePart } from "./IForceMoveApp.sol";

/// @notice What a side put in.
/// @param destination Names the side in the app's outcomes.
/// @param amount What it has at the beginning, and the most that it can lose.
struct Stake {
    bytes32 destination;
    uint128 amount;
}

/// @notice What makes an app channel.
/// @param fixedPart Nitro's own: two participants, and the channelNonce that `channelNonce` gives.
/// @param asset The token of the channels that hold the locks; zero for the native token.
/// @param stake0 Participant 0's, and allocation 0 of the initial outcome.
/// @param stake1 Participant 1's, and allocation 1 of the initial outcome.
/// @param deadline The last timestamp at which the chain takes up the app.
struct AppTerms {
    FixedPart fixedPart;
    address asset;
    Stake stake0;
    Stake stake1;
    uint40 deadline;
}

/// @title IAppResolver
/// @notice Adjudicates two-party app channels by the rules of their apps, as the Nitro protocol does, and lets the outcome decide
/// locks: side 0 pays what participant 0 lost, side 1 what participant 1 lost.
/// @dev The most that participant 0 can lose is locked on every hop from 0 to 1 with side 0; what participant 1 can lose, on every
/// hop from 1 to 0 with side 1. What one loses, the other wins: whoever stands between pays as much as it is paid.
///
/// A player who stops is challenged, and the state that it was challenged with counts once the challenge ran out. A newer state
/// answers. What is never brought here ends after the deadline at the initial outcome, so a player whose newest state is better than
/// that brings it in time. What is brought up to the deadline can be answered for `challengeDuration`, past the deadline too.
///
/// Nitro signs states over a channel id that holds neither chain nor deployment, and binds them by a nonce of 64 bits alone. Two
/// sets of terms with one nonce can be found in 2^32 tries by who chooses them: a player refuses a Nitro channel id that it has seen
/// before, in whatever terms.
interface IAppResolver is IResolver {
    /// @notice A state was put up for an answer.
    /// @param id The app channel.
    /// @param turnNum The state's turn.
    /// @param finalAt From this timestamp on its outcome is final, unless a newer state comes.
    /// @param loser The side that pays by it: 0 or 1.
    /// @param amount What that side pays.
    /// @param proof The states that support it.
    /// @param candidate The state.
    event ChallengeRegistered(
        bytes32 indexed id,
        uint48 turnNum,
        uint64 finalAt,
        uint8 loser,
        uint128 amount,
        SignedVariablePart[] proof,
        SignedVariablePart candidate
    );

    /// @notice A newer state was shown; what challenge there was is over.
    /// @param id The app channel.
    /// @param turnNum The state's turn.
    /// @param finalAt From this timestamp on its outcome is final, unless a newer state or a challenge comes.
    /// @param loser The side that pays by it: 0 or 1.
    /// @param amount What that side pays.
    event Checkpointed(bytes32 indexed id, uint48 turnNum, uint64 finalAt, uint8 loser, uint128 amount);

    /// @notice Both agreed on a last state: its outcome is final.
    /// @param id The app channel.
    /// @param turnNum The state's turn.
    /// @param finalAt The block's timestamp.
    /// @param loser The side that pays by it: 0 or 1.
    /// @param amount What that side pays.
    event Concluded(bytes32 indexed id, uint48 turnNum, uint64 finalAt, uint8 loser, uint128 amount);

    /// @notice Not two different participants, or stakes past 2^128 - 1 together.
    error BadTerms();
    /// @notice The nonce is not made of these terms on this chain, for this contract.
    /// @param expected What the terms make.
    /// @param given What they carry.
    error WrongNonce(uint64 expected, uint64 given);
    /// @notice The outcome is final.
    /// @param id The app channel.
    error AppFinal(bytes32 id);
    /// @notice Not newer than the state shown before.
    /// @param id The app channel.
    /// @param shown Turn of the state shown before.
    /// @param given Turn of the state offered.
    error StaleTurn(bytes32 id, uint48 shown, uint48 given);
    /// @notice The app does not take this state.
    /// @param id The app channel.
    /// @param reason What the app says.
    error NotSupported(bytes32 id, string reason);
    /// @notice Not one plain allocation to each side, in order, of the asset and sum that the stakes say.
    /// @param id The app channel.
    error BadOutcome(bytes32 id);
    /// @notice A malformed signature.
    /// @param digest What had to be signed.
    error BadSignature(bytes32 digest);
    /// @notice Not a participant's challenge.
    /// @param id The app channel.
    /// @param challenger Who signed the challenge.
    error NotParticipant(bytes32 id, address challenger);
    /// @notice Only a state that calls itself final ends an app at once.
    /// @param id The app channel.
    /// @param turnNum The state's turn.
    error NotLastState(bytes32 id, uint48 turnNum);
    /// @notice Not both signed.
    /// @param id The app channel.
    /// @param signedBy Who signed: bit i stands for participant i.
    error NotUnanimous(bytes32 id, uint256 signedBy);

    /// @notice Puts up a state: unless answered within `challengeDuration`, its outcome is final. Anyone may bring it.
    /// @param terms The app channel.
    /// @param proof The states that support it, oldest first.
    /// @param candidate The state; newer than any shown, or, up to the deadline and while no challenge runs, as new as the
    /// one last shown.
    /// @param challengerSignature A participant's, over keccak256(abi.encode(stateHash, "forceMove")).
    function challenge(
        AppTerms calldata terms,
        SignedVariablePart[] calldata proof,
        SignedVariablePart calldata candidate,
        Signature calldata challengerSignature
    ) external;

    /// @notice Shows a newer state: no older one counts from now on, and a running challenge is over. Anyone may.
    /// @param terms The app channel.
    /// @param proof The states that support it, oldest first.
    /// @param candidate The state.
    function checkpoint(
        AppTerms calldata terms,
        SignedVariablePart[] calldata proof,
        SignedVariablePart calldata candidate
    ) external;

    /// @notice Ends the app at once, by a state that is called final and signed by both. The app itself is not asked. Anyone may.
    /// @param terms The app channel.
    /// @param candidate The state.
    function conclude(AppTerms calldata terms, SignedVariablePart calldata candidate) external;

    /// @notice Where an app channel stands.
    /// @param id The app channel.
    /// @return turnNum The newest turn shown; 0 if none.
    /// @return finalAt From this timestamp on the outcome is final.
    /// @return loser The side that pays as things stand.
    /// @return amount What it pays.
    function stateOf(bytes32 id) external view returns (uint48 turnNum, uint64 finalAt, uint8 loser, uint128 amount);

    /// @notice The id under which locks ask about an app channel.
    /// @param terms The app channel.
    /// @return The id; its top 40 bits are the terms' deadline.
    function idOf(AppTerms calldata terms) external pure returns (bytes32);

    /// @notice The nonce that the terms must have: the low 64 bits of keccak256(abi.encode(chainId, this, asset, stake0, stake1,
    /// deadline)).
    /// @param asset The channels' token.
    /// @param stake0 Participant 0's stake.
    /// @param stake1 Participant 1's stake.
    /// @param deadline The last timestamp at which the chain takes up the app.
    /// @return The nonce for FixedPart's channelNonce.
    function channelNonce(address asset, Stake calldata stake0, Stake calldata stake1, uint40 deadline)
        external
        view
        returns (uint64);
}
