// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ChannelTerms } from "../src/interfaces/SluiceTypes.sol";
import { FeeToken } from "./mocks/FeeToken.sol";
import {
    BlockingToken,
    HalfFalseToken,
    HookToken,
    IdleToken,
    MovingFalseToken,
    PausingToken,
    RebasingToken,
    SenderFeeToken
} from "./mocks/OddTokens.sol";
import { Reenterer, TokenReenterer } from "./mocks/Recipients.sol";
import { Token } from "./mocks/Token.sol";
import { Fixture } from "./support/Fixture.sol";

/// @notice The kinds of tokens that break a channel, one after another: which are refused, what each does to channels in it, and that
/// channels in other tokens never notice. specs/security.md has the same list.
contract TokensTest is Fixture {
    uint64 private nonces = 100;

    /// @dev A channel with 100 of a in this token.
    function channelIn(Token asset) private returns (ChannelTerms memory t) {
        t = nativeTerms();
        t.token = address(asset);
        t.nonce = ++nonces;
        fund(t, 0, 100);
    }

    /// @dev Closes a channel in which a paid 30 of its 100.
    function pays30(ChannelTerms memory t) private {
        settled(t, lane(t, 0, 1, 30), noVoucher());
    }

    function credits(Token asset) private view returns (uint256 ofA, uint256 ofB) {
        return (sluice.creditOf(accountA, address(asset)), sluice.creditOf(accountB, address(asset)));
    }

    function assertHeld(Token asset, uint256 a, uint256 b, uint256 inContract) private view {
        assertEq(asset.balanceOf(accountA), a, "a");
        assertEq(asset.balanceOf(accountB), b, "b");
        assertEq(asset.balanceOf(address(sluice)), inContract, "contract");
    }

    /// @dev Channels in another token and in the native one, which stand while a bad token does what it does, and pay all they owe after.
    modifier hurtingNoOther() {
        ChannelTerms memory other = channelIn(token);
        ChannelTerms memory native = nativeTerms();
        native.nonce = ++nonces;
        fund(native, 0, 100);
        _;
        (uint256 a, uint256 b) = (accountA.balance, accountB.balance);
        pays30(other);
        pays30(native);
        assertHeld(token, 70, 30, 0);
        assertEq(accountA.balance - a, 70);
        assertEq(accountB.balance - b, 30);
    }

    // ---- refused at the deposit ----

    function test_oneThatMovesAndAnswersFalse_isRefused() public hurtingNoOther {
        MovingFalseToken asset = new MovingFalseToken();
        ChannelTerms memory t = nativeTerms();
        t.token = address(asset);
        asset.mint(address(this), 100);
        asset.approve(address(sluice), 100);
        refuses(abi.encodeWithSelector(PullFailed.selector, asset, address(this), 100));
        sluice.depositWithAllowance(t, 0, 100);
        assertEq(asset.balanceOf(address(this)), 100);
    }

    // ---- not to be seen at the deposit: only channels in this token are hurt ----

    /// @dev A refusal looks the same, so what was paid is credited, too: who leaves last goes without.
    function test_oneThatAnswersFalseToTransfersAlone_paysTwice() public hurtingNoOther {
        HalfFalseToken asset = new HalfFalseToken();
        ChannelTerms memory t = channelIn(asset);
        pays30(t);
        assertHeld(asset, 70, 30, 0);
        (uint256 ofA, uint256 ofB) = credits(asset);
        assertEq(ofA, 70);
        assertEq(ofB, 30);
        // there is nothing behind these credits
        vm.expectRevert();
        sluice.pushCredit(accountB, address(asset));
    }

    function test_oneThatMovesNothingAndAnswersTrue_keepsThePayouts() public hurtingNoOther {
        IdleToken asset = new IdleToken();
        pays30(channelIn(asset));
        assertHeld(asset, 0, 0, 100);
        (uint256 ofA, uint256 ofB) = credits(asset);
        assertEq(ofA + ofB, 0);
    }

    function test_aFeeOutOfWhatIsSent_makesDepositsAndPayoutsShort() public hurtingNoOther {
        FeeToken asset = new FeeToken();
        ChannelTerms memory t = nativeTerms();
        t.token = address(asset);
        t.nonce = ++nonces;
        fund(t, 0, 10_000);
        assertEq(stateOf(sluice.channelId(t)).depositA, 9900);
        settled(t, lane(t, 0, 1, 9900), noVoucher());
        assertHeld(asset, 0, 9801, 0);
    }

    /// @dev The fee of one channel's payout is paid out of another channel's money. Its last payout waits as a credit, in whole.
    function test_aFeeOnTopOfWhatIsSent_isPaidByWhoLeavesLast() public hurtingNoOther {
        SenderFeeToken asset = new SenderFeeToken();
        ChannelTerms memory first = channelIn(asset);
        ChannelTerms memory second = channelIn(asset);
        asset.charge(address(sluice));
        settled(first, lane(first, 0, 1, 100), noVoucher());
        assertHeld(asset, 0, 100, 99);
        settled(second, lane(second, 0, 1, 100), noVoucher());
        assertHeld(asset, 0, 100, 99);
        (, uint256 ofB) = credits(asset);
        assertEq(ofB, 100);
        // a credit can be taken in parts: all but what the fees took
        vm.prank(accountB);
        sluice.redirectCredit(address(asset), accountB, 98);
        assertHeld(asset, 0, 198, 1);
    }

    function test_balancesThatFall_areLostByWhoLeavesLast() public hurtingNoOther {
        RebasingToken asset = new RebasingToken();
        ChannelTerms memory first = channelIn(asset);
        ChannelTerms memory second = channelIn(asset);
        asset.shrink(address(sluice), 10);
        settled(first, lane(first, 0, 1, 100), noVoucher());
        assertHeld(asset, 0, 100, 80);
        settled(second, lane(second, 0, 1, 100), noVoucher());
        assertHeld(asset, 0, 100, 80);
        (, uint256 ofB) = credits(asset);
        assertEq(ofB, 100);
    }

    function test_balancesThatRise_areNobodys() public hurtingNoOther {
        RebasingToken asset = new RebasingToken();
        ChannelTerms memory t = channelIn(asset);
        asset.mint(address(sluice), 50);
        pays30(t);
        assertHeld(asset, 70, 30, 50);
        assertEq(stateOf(sluice.channelId(t)).depositA, 0);
    }

    // ---- that refuse for a while: credits, and nobody else waits ----

    function test_aPause_makesCreditsThatAreGoodAfterIt() public hurtingNoOther {
        PausingToken asset = new PausingToken();
        ChannelTerms memory t = channelIn(asset);
        asset.setPaused(true);
        pays30(t);
        assertHeld(asset, 0, 0, 100);
        asset.setPaused(false);
        sluice.pushCredit(accountA, address(asset));
        sluice.pushCredit(accountB, address(asset));
        assertHeld(asset, 70, 30, 0);
    }

    function test_aBlockedHolder_hurtsItselfAlone() public hurtingNoOther {
        BlockingToken asset = new BlockingToken();
        ChannelTerms memory t = channelIn(asset);
        asset.setBlocked(accountB);
        pays30(t);
        assertHeld(asset, 70, 0, 30);
        vm.prank(accountB);
        sluice.redirectCredit(address(asset), stranger, 30);
        assertEq(asset.balanceOf(stranger), 30);
    }

    /// @dev The contract's own address blocked: all wait, and nobody loses.
    function test_aBlockedContract_takesNoMoreDeposits() public hurtingNoOther {
        BlockingToken asset = new BlockingToken();
        ChannelTerms memory t = channelIn(asset);
        asset.setBlocked(address(sluice));
        asset.mint(address(this), 5);
        asset.approve(address(sluice), 5);
        refuses(abi.encodeWithSelector(PullFailed.selector, asset, address(this), 5));
        sluice.depositWithAllowance(t, 1, 5);
        pays30(t);
        assertHeld(asset, 70, 30, 0);
    }

    // ---- that call back ----

    function test_aRecipientsHook_cannotPayItselfTwice() public hurtingNoOther {
        HookToken asset = new HookToken();
        TokenReenterer recipient = new TokenReenterer();
        ChannelTerms memory t = nativeTerms();
        (t.token, t.nonce, t.b.account) = (address(asset), ++nonces, address(recipient));
        fund(t, 0, 100);
        startCloseAs(signerB, t, lane(t, 0, 1, 30));
        skip(WINDOW);
        bytes memory again = abi.encodeCall(sluice.settle, (t, noLocks(), noLocks(), PUSH));
        recipient.prepare(address(sluice), again);
        sluice.settle(t, noLocks(), noLocks(), PUSH);
        assertEq(recipient.refusal(), abi.encodeWithSelector(Reentered.selector));
        assertEq(asset.balanceOf(address(recipient)), 30);
    }

    /// @dev A token that deposits what it is just being pulled for would count the same money twice.
    function test_aTokensOwnCallBack_cannotDepositTwice() public hurtingNoOther {
        DepositingToken asset = new DepositingToken(address(sluice));
        ChannelTerms memory t = nativeTerms();
        (t.token, t.nonce) = (address(asset), ++nonces);
        asset.mint(address(this), 100);
        asset.approve(address(sluice), 100);
        asset.prepare(address(sluice), abi.encodeCall(sluice.depositWithAllowance, (t, 1, 0)));
        sluice.depositWithAllowance(t, 0, 100);
        assertEq(asset.refusal(), abi.encodeWithSelector(Reentered.selector));
        assertEq(stateOf(sluice.channelId(t)).depositA, 100);
        assertEq(stateOf(sluice.channelId(t)).depositB, 0);
    }
}

/// @notice Calls the contract back while it is being pulled.
contract DepositingToken is Token, Reenterer {
    address private immutable puller;

    constructor(address puller_) {
        puller = puller_;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        if (msg.sender == puller) callBack();
        return super.transferFrom(from, to, amount);
    }
}
